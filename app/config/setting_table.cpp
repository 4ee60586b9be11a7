#include "app/config/setting_table.hpp"

#include "app/config/address_forms.hpp"
#include "app/config/setting_field.hpp"
#include "net/http/page_fetch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

constexpr std::int64_t bytes_max = std::int64_t{1} << 30U;
constexpr std::int64_t store_bytes_max = std::int64_t{1} << 50U;
constexpr std::int64_t count_max = 10'000'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr std::int64_t day_ms = 24 * hour_ms;
constexpr std::int64_t shards_max = 256;
constexpr std::int64_t days_max = 36'500;

constexpr std::string_view off = "off";

// In the order of the enumerators.
constexpr std::array<std::string_view, 2> auth_names = {"none", "jwt"};
constexpr std::array<std::string_view, 2> log_format_names = {"text", "json"};
constexpr std::array<std::string_view, 5> log_level_names =
    {"debug", "info", "warning", "error", "critical"};

template <const auto& Names>
bool is_one_of(std::string_view name) {
    return std::ranges::find(Names, name) != Names.end();
}

bool is_anything(std::string_view) {
    return true;
}

bool is_not_empty(std::string_view text) {
    return !text.empty();
}

bool is_web_host(std::string_view text) {
    return http::is_host_pattern(text);
}

bool is_host_port(std::string_view text) {
    return parse_host_port(text).has_value();
}

bool is_host_port_or_off(std::string_view text) {
    return text == off || is_host_port(text);
}

// `off` is written in the file and kept as an empty address.
constexpr setting_field admin_address = {
    [](const settings& from) -> setting_value {
        return from.server.admin.empty() ? std::string(off) : from.server.admin;
    },
    [](settings& to, const setting_value& value) {
        const auto& given = std::get<std::string>(value);
        to.server.admin = given == off ? std::string() : given;
    },
};

// An optional text: empty means that it is not set.
value_rule any_text() {
    return text("a text", is_anything);
}

std::vector<setting> top_rows() {
    return {
        {"default_agent",
         at_top<&settings::default_agent>,
         text("the name of an agent", is_not_empty),
         {},
         {}},
        {"demo", at_top<&settings::demo>, toggle(), {}, {}},
    };
}

std::vector<setting> place_rows() {
    using of = server_settings;
    return {
        {"server.listen",
         in_server<&of::listen>,
         text("HOST:PORT", is_host_port),
         "HOST:PORT",
         "where people connect; port 0 picks a free one"},
        {"server.admin",
         admin_address,
         text("HOST:PORT or off", is_host_port_or_off),
         "HOST:PORT",
         "where operators look, on loopback; off for none"},
        {"server.data",
         in_server<&of::data>,
         any_text(),
         "DIR",
         "holds the log; :memory: keeps it in memory, until the server stops"},
    };
}

std::vector<setting> access_rows() {
    using of = server_settings;
    return {
        {"server.auth",
         named<&of::auth, auth_names>,
         text("none or jwt", is_one_of<auth_names>),
         "none|jwt",
         "who may talk: everybody, or who has a token"},
        {"server.jwt_secret_file",
         in_server<&of::jwt_secret_file>,
         any_text(),
         "FILE",
         "the secret that signs tokens (HS256)"},
        {"server.jwks",
         in_server<&of::jwks>,
         any_text(),
         "FILE",
         "the key set that checks tokens (RS256, PS256, ES256, EdDSA)"},
        {"server.jwt_issuer",
         in_server<&of::jwt_issuer>,
         any_text(),
         "NAME",
         "the iss that tokens must have"},
        {"server.jwt_audience",
         in_server<&of::jwt_audience>,
         any_text(),
         "NAME",
         "the aud that tokens must have"},
        {"server.tls_cert",
         in_server<&of::tls_cert>,
         any_text(),
         "FILE",
         "the certificate chain, PEM; makes it wss:// and https://"},
        {"server.tls_key",
         in_server<&of::tls_key>,
         any_text(),
         "FILE",
         "the certificate's private key, PEM"},
        {"server.allow_origin",
         in_server<&of::allow_origin>,
         list("an origin such as https://chat.example.org", is_origin),
         "ORIGIN",
         "a web origin that may connect, besides the server's own; repeatable"},
        {"server.trusted_proxies",
         in_server<&of::trusted_proxies>,
         list("a network such as 10.0.0.0/8", is_network),
         {},
         {}},
    };
}

std::vector<setting> process_rows() {
    using of = server_settings;
    return {
        {"server.shards",
         in_server<&of::shards>,
         whole_number(0, shards_max),
         "N",
         "how many threads serve; 0 is one for each core"},
        {"server.enable_echo",
         in_server<&of::enable_echo>,
         toggle(),
         {},
         "serve /echo for conformance tests"},
        {"server.log_format",
         named<&of::log_as, log_format_names>,
         text("text or json", is_one_of<log_format_names>),
         "text|json",
         "the form of the log lines on stderr"},
        {"server.log_level",
         named<&of::log_from, log_level_names>,
         text("debug, info, warning, error or critical", is_one_of<log_level_names>),
         "LEVEL",
         "the least that is logged: debug, info, warning, error, critical"},
        {"server.insecure",
         in_server<&of::insecure>,
         toggle(),
         {},
         "accept the risk of what would otherwise be refused"},
    };
}

// What cannot do without a bound begins at 1; elsewhere 0 switches a rate or a cap off.
std::vector<setting> limit_rows() {
    using of = limit_settings;
    const auto bytes = whole_number(1, bytes_max);
    const auto cap = whole_number(0, count_max);
    const auto wait = whole_number(1, hour_ms);
    const auto store = whole_number(0, store_bytes_max);
    const auto file_only = [](std::string_view path, setting_field field, const value_rule& rule) {
        return setting{path, field, rule, {}, {}};
    };
    return {
        file_only("limits.frame_bytes_max", in_limits<&of::frame_bytes_max>, bytes),
        file_only("limits.message_bytes_max", in_limits<&of::message_bytes_max>, bytes),
        file_only("limits.event_bytes_max", in_limits<&of::event_bytes_max>, bytes),
        file_only("limits.runs_active_per_user_max", in_limits<&of::runs_active_per_user_max>, cap),
        file_only(
            "limits.subscriptions_per_connection_max",
            in_limits<&of::subscriptions_per_connection_max>,
            cap
        ),
        file_only("limits.connections_per_user_max", in_limits<&of::connections_per_user_max>, cap),
        file_only(
            "limits.approvals_open_per_run_max",
            in_limits<&of::approvals_open_per_run_max>,
            cap
        ),
        file_only(
            "limits.approval_timeout_ms",
            in_limits<&of::approval_timeout_ms>,
            whole_number(1, 366 * day_ms)
        ),
        file_only("limits.memory_bytes_max", in_limits<&of::memory_bytes_max>, store),
        file_only("limits.messages_per_minute", in_limits<&of::messages_per_minute>, cap),
        file_only("limits.queued_runs_max", in_limits<&of::queued_runs_max>, cap),
        file_only("limits.connections_max", in_limits<&of::connections_max>, cap),
        file_only(
            "limits.connections_per_address_max",
            in_limits<&of::connections_per_address_max>,
            cap
        ),
        file_only("limits.unauthenticated_max", in_limits<&of::unauthenticated_max>, cap),
        file_only("limits.outbox_bytes_max", in_limits<&of::outbox_bytes_max>, bytes),
        file_only("limits.handshake_timeout_ms", in_limits<&of::handshake_timeout_ms>, wait),
        file_only("limits.heartbeat_interval_ms", in_limits<&of::heartbeat_interval_ms>, wait),
        file_only("limits.heartbeat_timeout_ms", in_limits<&of::heartbeat_timeout_ms>, wait),
        file_only(
            "limits.run_deadline_ms",
            in_limits<&of::run_deadline_ms>,
            whole_number(1, 30 * day_ms)
        ),
        file_only(
            "limits.run_silence_ms",
            in_limits<&of::run_silence_ms>,
            whole_number(0, 30 * day_ms)
        ),
        file_only("limits.drain_ms", in_limits<&of::drain_ms>, whole_number(0, hour_ms)),
        file_only(
            "limits.retention_days",
            in_limits<&of::retention_days>,
            whole_number(0, days_max)
        ),
        file_only("limits.retention_bytes", in_limits<&of::retention_bytes>, store),
        file_only(
            "limits.delta_window_ms",
            in_limits<&of::delta_window_ms>,
            whole_number(0, minute_ms)
        ),
    };
}

std::vector<setting> web_rows() {
    return {
        {"http_get.allow",
         at_top<&settings::http_get_allow>,
         list("a host such as example.org, *.example.org or example.org:8080", is_web_host),
         {},
         {}},
    };
}

std::vector<setting> make_rows() {
    std::vector<setting> rows;
    for (auto* const make : {top_rows, place_rows, access_rows, process_rows, limit_rows, web_rows})
        for (auto& row : make())
            rows.push_back(std::move(row));
    return rows;
}

std::string respelled(std::string_view path, char underscore_as, char (*each)(char)) {
    std::string spelled;
    for (const char c : path.substr(path.find('.') + 1))
        spelled += c == '_' ? underscore_as : each(c);
    return spelled;
}

}  // namespace

const std::vector<setting>& all_settings() {
    static const std::vector<setting> rows = make_rows();
    return rows;
}

const setting* find_setting(std::string_view path) {
    const auto found = std::ranges::find(all_settings(), path, &setting::path);
    return found == all_settings().end() ? nullptr : &*found;
}

bool is_section(std::string_view name) {
    return std::ranges::any_of(all_settings(), [name](const setting& row) {
        return row.path.size() > name.size() && row.path.starts_with(name) &&
               row.path[name.size()] == '.';
    });
}

std::string flag_of(const setting& described) {
    return "--" + respelled(described.path, '-', [](char c) { return c; });
}

std::string variable_of(const setting& described) {
    return "CLARION_" + respelled(described.path, '_', [](char c) {
               return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
           });
}

}  // namespace clarion::app
