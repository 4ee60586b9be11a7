#pragma once

#include "core/agents/approval_policy.hpp"
#include "core/async/task.hpp"
#include "core/async/timer_queue.hpp"
#include "core/engine/request_scope.hpp"
#include "core/ports/tool_source.hpp"
#include "core/protocol/describe.hpp"
#include "core/protocol/json_reader.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::agents {

// What one call may carry. Beyond them the call fails by name (the run goes on), except for the
// sentence of a failure, which is cut and says so.
inline constexpr std::size_t tool_arguments_bytes_max = 262144;
inline constexpr std::size_t tool_result_bytes_max = 65536;
inline constexpr std::size_t tool_error_bytes_max = 4096;

/// The tool did its work; any JSON.
struct tool_value {
    protocol::json_text result;
};
/// The tool could not; a sentence for the user and the model.
struct tool_failure {
    std::string message;
    /// Its arguments were none that it takes: whoever called may try others.
    bool is_of_arguments = false;
};
using tool_result = std::variant<tool_value, tool_failure>;

struct tool_spec {
    std::string name;
    std::string description;
    /// JSON Schema of the arguments (Draft-07), an object.
    protocol::json_text parameters;
    duration timeout = std::chrono::seconds(30);
    /// Calls change nothing outside the server.
    bool read_only = false;
    approval_policy approve = approval_policy::never;
};

/// Something an agent can call. Immutable and shared like an agent. A call that outlives its
/// time-out or its run goes on with the request and arguments it owns, and nobody listens.
class tool {
public:
    tool() = default;
    tool(const tool&) = delete;
    tool& operator=(const tool&) = delete;
    virtual ~tool() = default;

    virtual const tool_spec& spec() const = 0;
    /// The first argument that the tool would refuse, by its JSON Pointer: a person is asked only
    /// about a call that can be made, and what the person edits is looked at again.
    virtual std::optional<protocol::field_error> check_arguments(
        const boost::json::object& arguments
    ) const = 0;
    /// May throw: the call then ends in `outcome:"error"`. Takes values: it may be a straggler.
    virtual task<tool_result> call(engine::request_scope_ptr request, boost::json::object arguments)
        const = 0;
    /// The same for a tool that tells how far it is, and has more time each time it does.
    virtual task<tool_result> call_telling(
        engine::request_scope_ptr request,
        boost::json::object arguments,
        ports::progress_sink tell
    ) const;

    /// Whether a call with these arguments needs a person's word.
    virtual bool needs_approval(const boost::json::object& arguments) const;
    /// A person has allowed a call of it, as it is. On any shard.
    virtual void allowed() const {}
    /// It is not as it was when it was trusted.
    virtual bool has_changed() const { return false; }
    /// Of all that it says of itself; empty for a tool of the server's own. Lives as it does.
    virtual std::string_view digest() const { return {}; }
};

}  // namespace clarion::agents
