#pragma once

#include "core/async/task.hpp"
#include "core/protocol/describe.hpp"
#include "core/protocol/payloads.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Agents that live elsewhere, as one run of them is seen from here.
namespace clarion::ports {

/// Texts and calls of one run that are open at once; past it the run fails as too_large.
inline constexpr std::size_t remote_open_max = 64;
/// What is held back of one run, ids included: texts behind another one, reasoning, arguments of
/// calls. Past it the run fails as too_large.
inline constexpr std::size_t remote_waiting_bytes_max = 524288;

struct remote_message {
    enum class author : std::uint8_t { user, assistant };
    std::string id;
    author by = author::user;
    std::string text;
};

struct remote_request {
    std::string thread_id;
    std::string run_id;
    /// The thread so far; the question is the last one.
    std::vector<remote_message> messages;
};

// What comes of a run, in the order of the far side. Ids are the far side's own.

struct remote_text_began {
    std::string id;
};
struct remote_text {
    std::string id;
    std::string piece;
};
struct remote_text_ended {
    std::string id;
};
struct remote_reasoning {
    std::string piece;
};
struct remote_reasoning_ended {};
struct remote_call_began {
    std::string id;
    std::string name;
};
struct remote_call_arguments {
    std::string id;
    std::string piece;
};
struct remote_call_made {
    std::string id;
};
struct remote_call_ended {
    std::string id;
    std::string content;
};
/// Something for the user to know.
struct remote_notice {
    std::string text;
};
/// What has no place here and is passed on by its name.
struct remote_extra {
    std::string name;
    protocol::json_text data;
};
/// The run is over as it should be; `result` is what it came to, if the far side said so.
struct remote_finished {
    std::optional<protocol::json_text> result;
};
/// There will be no more of it.
struct remote_failure {
    protocol::agent_error_code code = protocol::agent_error_code::agent_unavailable;
    std::string message;
};

using remote_event = std::variant<
    remote_text_began,
    remote_text,
    remote_text_ended,
    remote_reasoning,
    remote_reasoning_ended,
    remote_call_began,
    remote_call_arguments,
    remote_call_made,
    remote_call_ended,
    remote_notice,
    remote_extra,
    remote_finished,
    remote_failure>;

/// One run as it comes. Destroyed early, it drops the connection at once. The run's shard only.
class remote_stream {
public:
    remote_stream() = default;
    remote_stream(const remote_stream&) = delete;
    remote_stream& operator=(const remote_stream&) = delete;
    virtual ~remote_stream() = default;

    /// Waits for what comes next; `remote_finished` and `remote_failure` are the last. Throws
    /// operation_aborted when cancelled. Every wait inside has its time-out.
    virtual task<remote_event> next() = 0;
};

/// The remote agents of the process. Implemented in net/agui.
class remote_agents {
public:
    remote_agents() = default;
    remote_agents(const remote_agents&) = delete;
    remote_agents& operator=(const remote_agents&) = delete;
    virtual ~remote_agents() = default;

    /// Begins a run of the one of that name, of which there is one, on the shard of `on`; nothing
    /// is sent before the first `next`.
    virtual std::unique_ptr<remote_stream>
    begin(std::string_view name, remote_request asked, const executor& on) = 0;
};

}  // namespace clarion::ports
