#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace clarion::app {

enum class auth_mode : std::uint8_t { none, jwt };
enum class log_format : std::uint8_t { text, json };
enum class log_level : std::uint8_t { debug, info, warning, error, critical };

/// `[server]` of PROTOCOL §10: the same names as the flags.
struct server_settings {
    std::string listen = "127.0.0.1:8080";
    /// Empty: `--admin off`.
    std::string admin = "127.0.0.1:8081";
    /// `:memory:` keeps the log in memory.
    std::string data;
    auth_mode auth = auth_mode::none;
    std::string jwt_secret_file;
    std::string jwks;
    std::string jwt_issuer;
    std::string jwt_audience;
    std::string tls_cert;
    std::string tls_key;
    std::vector<std::string> allow_origin;
    std::vector<std::string> trusted_proxies;
    /// 0: as many as cores.
    std::int64_t shards = 0;
    bool enable_echo = false;
    log_format log_as = log_format::text;
    log_level log_from = log_level::info;
    bool insecure = false;
};

/// `[limits]` of PROTOCOL §10, with its defaults; 0 switches a rate or a cap off.
struct limit_settings {
    std::int64_t frame_bytes_max = 262144;
    std::int64_t message_bytes_max = 32768;
    std::int64_t event_bytes_max = 524288;
    std::int64_t runs_active_per_user_max = 64;
    std::int64_t subscriptions_per_connection_max = 1000;
    std::int64_t connections_per_user_max = 1000;
    std::int64_t approvals_open_per_run_max = 16;
    std::int64_t approval_timeout_ms = 86400000;
    std::int64_t memory_bytes_max = 0;
    std::int64_t messages_per_minute = 120;
    std::int64_t queued_runs_max = 16;
    std::int64_t connections_max = 50000;
    std::int64_t connections_per_address_max = 256;
    std::int64_t unauthenticated_max = 1000;
    std::int64_t outbox_bytes_max = 1048576;
    std::int64_t handshake_timeout_ms = 10000;
    std::int64_t heartbeat_interval_ms = 25000;
    std::int64_t heartbeat_timeout_ms = 8000;
    std::int64_t run_deadline_ms = 600000;
    std::int64_t run_silence_ms = 30000;
    std::int64_t drain_ms = 20000;
    std::int64_t retention_days = 0;
    std::int64_t retention_bytes = 0;
    std::int64_t delta_window_ms = 25;
};

/// `[[models]]` of PROTOCOL §10: an OpenAI-compatible endpoint.
struct model_config {
    std::string name;
    std::string base_url;
    std::string model;
    /// The variable or the file that holds the key; both empty: none is sent.
    std::string api_key_env;
    std::string api_key_file;
    std::vector<std::string> fallback;
    std::int64_t connect_ms = 5'000;
    std::int64_t first_token_ms = 60'000;
    std::int64_t idle_ms = 45'000;
    std::int64_t total_ms = 600'000;
    std::int64_t context_tokens = 32'768;
};

/// `tools` of `[[mcp]]`: when calls of one tool need a person's word.
struct mcp_tool_config {
    std::string tool;
    std::string approve = "always";
    /// Regular expressions by argument; empty: all calls.
    std::map<std::string, std::string> when;
};

/// `[[mcp]]` of PROTOCOL §10: a server whose tools are `NAME.TOOL`. A command or a URL.
struct mcp_config {
    std::string name;
    std::vector<std::string> command;
    std::string url;
    std::string approve = "unless-read-only";
    std::map<std::string, std::string> env;
    std::vector<mcp_tool_config> tools;
};

inline constexpr const char* agent_kind_model = "model";
inline constexpr const char* agent_kind_remote = "ag-ui";
/// The demo agent under a name of one's own.
inline constexpr const char* agent_kind_demo = "demo";

/// `[[agents]]` of PROTOCOL §10.
struct agent_config {
    std::string name;
    std::string kind = agent_kind_model;
    std::string description;
    std::string prompt;
    std::string prompt_file;
    std::string model;
    std::vector<std::string> tools;
    std::vector<std::string> agents;
    std::vector<std::string> handoffs;
    /// A model agent makes the title of a thread that it is the first to answer in.
    bool title = true;
    /// Of a remote agent: its endpoint, and where its bearer token is, if it wants one.
    std::string url;
    std::string api_key_env;
    std::string api_key_file;
    std::int64_t turns = 16;
    std::int64_t tool_calls = 64;
    std::int64_t parallel_tools = 8;
    std::int64_t tool_timeout_ms = 30'000;
    std::int64_t run_deadline_ms = 600'000;
    std::int64_t tokens = 200'000;
};

/// Everything that can be configured. Plain values; made once at start-up, read by the composition
/// root alone.
struct settings {
    server_settings server;
    limit_settings limits;
    std::string default_agent = "demo";
    bool demo = true;
    /// `[http_get]`: the hosts that the tool of that name may read; none: there is no such tool.
    std::vector<std::string> http_get_allow;
    std::vector<model_config> models;
    std::vector<mcp_config> mcp;
    std::vector<agent_config> agents;
};

}  // namespace clarion::app
