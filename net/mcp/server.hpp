#pragma once

#include "core/async/wakeup.hpp"
#include "core/ports/tool_source.hpp"
#include "net/mcp/channel.hpp"
#include "net/mcp/tool_list.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::mcp {

struct server_settings {
    std::string name;
    client_identity who;
    /// Of one call.
    patience_limits calls{};
};

/// Makes the way to a server: starts its process, or prepares for HTTP. A sentence's end when that
/// cannot be done.
using channel_factory =
    std::function<std::variant<channel_ptr, std::string>(const executor& on, heard_sink heard)>;

/// What becomes of a server, told on its shard.
struct server_sinks {
    /// It is there, and these are its tools, all of them.
    std::function<void(const std::vector<ports::source_tool>&)> listed;
    /// It is not there; the end of a sentence that begins with its name.
    std::function<void(const std::string& why)> lost;
    /// For the log, the same.
    std::function<void(const std::string& line)> note;
};

/// One MCP server as seen from here: opened, listed, listed again when its tools change, asked now
/// and then whether it is there, opened again when it breaks, after pauses that grow. One shard.
class server {
public:
    server(server_settings settings, channel_factory factory, server_sinks sinks);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    /// Keeps it open until `stop`, and takes leave of it then.
    task<> run();
    void stop();

    /// Throws operation_aborted when cancelled; the server is told.
    task<ports::source_answer> call(ports::source_call wanted, ports::progress_sink on_progress);

    /// What was agreed on, once it is open.
    const std::optional<agreement>& agreed() const { return agreed_; }
    const std::string& name() const { return settings_.name; }

private:
    enum class state : std::uint8_t { opening, open, lost };
    using complaint = std::optional<std::string>;

    task<> keep_open();
    task<std::string> serve_once();
    task<std::string> converse(channel& link);
    task<complaint> open(channel& link);
    void greet_otherwise();
    task<complaint> list(channel& link);
    task<std::string> follow(channel& link);
    task<std::string> listen(channel& link);
    task<> feel_pulse(channel& link);
    task<> leave();
    task<bool> is_ready(time_point until);
    void be(state now);
    void heard(const rpc_notification& told);
    void look_again(std::uint64_t opened);
    ports::source_answer unavailable(const std::string& how) const;
    question question_about(const ports::source_call& wanted) const;
    duration pause_after(duration life, random_source& random);

    server_settings settings_;
    channel_factory factory_;
    server_sinks sinks_;
    channel_ptr link_;
    era expected_ = era::modern;
    std::optional<agreement> agreed_;
    tool_list tools_;
    state state_ = state::opening;
    std::string why_lost_;
    std::uint64_t opened_ = 0;  // how often
    int failures_ = 0;          // in a row
    bool has_trouble_ = false;  // the session is gone, or the server does not answer
    wakeup changed_;            // the list, or there is trouble
    wakeup stopping_;
    std::list<wakeup> waiting_;  // for another state
};

}  // namespace clarion::mcp
