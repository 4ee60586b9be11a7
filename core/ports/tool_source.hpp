#pragma once

#include "core/async/task.hpp"
#include "core/protocol/describe.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

namespace clarion::ports {

/// How far a call is, as the tool tells it.
struct tool_progress {
    double done = 0;
    std::optional<double> total;
    std::string message;
};
/// Called on the shard of whoever waits for the call.
using progress_sink = std::function<void(const tool_progress&)>;

/// A tool outside of this process, as whoever has it describes it.
struct source_tool {
    std::string name;
    std::string description;
    /// JSON Schema of the arguments, an object.
    protocol::json_text parameters;
    /// Says of itself that it changes nothing.
    bool read_only = false;
};

/// Why a call has no result: the tool says so itself, or there was nobody to ask.
enum class refusal_cause : std::uint8_t { tool, unavailable, late };

/// Any JSON, or a sentence for the user and the model.
struct source_refusal {
    std::string message;
    refusal_cause why = refusal_cause::tool;
};
using source_answer = std::variant<protocol::json_text, source_refusal>;

struct source_call {
    std::string tool;
    boost::json::object arguments;
};

/// Something outside that has tools, such as an MCP server. Implemented in net/mcp.
class tool_source {
public:
    tool_source() = default;
    tool_source(const tool_source&) = delete;
    tool_source& operator=(const tool_source&) = delete;
    virtual ~tool_source() = default;

    /// Under which its tools are known.
    virtual const std::string& name() const = 0;

    /// From any shard. Cancelled, it tells the source and throws operation_aborted. How long it may
    /// take is for its caller to say; past ten minutes it ends by itself.
    virtual task<source_answer> call(source_call wanted, progress_sink on_progress) = 0;
};

}  // namespace clarion::ports
