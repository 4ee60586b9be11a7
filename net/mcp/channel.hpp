#pragma once

#include "core/async/task.hpp"
#include "core/ports/tool_source.hpp"
#include "net/http/header_fields.hpp"
#include "net/mcp/json_rpc.hpp"
#include "net/mcp/opening.hpp"
#include "net/mcp/patience.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace clarion::mcp {

/// Whether the server is told when nobody waits for the answer any longer.
enum class giving_up : std::uint8_t { told, silent };

/// One request, with all that goes along with it.
struct question {
    std::string method;
    boost::json::object params;
    patience_limits patience{};
    giving_up cancels = giving_up::told;
    /// Asked for, and handed on, when set.
    ports::progress_sink on_progress{};
    /// Of a tool call over HTTP, in the newest revision: Mcp-Name and Mcp-Param-…
    std::vector<http::header_field> headers{};
};

/// A message that nobody asked for.
using heard_sink = std::function<void(const rpc_notification&)>;

/// The way to one server, in one life of it: a process, or an HTTP session. One shard.
class channel {
public:
    channel() = default;
    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    virtual ~channel() = default;

    /// Carries the traffic until the way is broken; the end of a sentence that says how. To be run
    /// beside everything below. Throws operation_aborted when cancelled.
    virtual task<std::string> run() = 0;

    /// Ends with the answer, or with the reason why there is none. Cancelled, it says so to the
    /// server and throws operation_aborted.
    virtual task<ask_outcome> ask(question asked) = 0;
    virtual task<> tell(rpc_notification told) = 0;

    /// The server is greeted anew: nothing is agreed on, and no session goes on.
    virtual void forget() = 0;
    /// What the opening came to; from then on the channel speaks accordingly.
    virtual void agree(const agreement& on) = 0;

    /// Takes leave within a bound: requests under way end as `closed`, and nothing of the server is
    /// left afterwards. Not beside `run`.
    virtual task<> close() = 0;
};

/// Shared by whoever waits for an answer.
using channel_ptr = std::shared_ptr<channel>;

}  // namespace clarion::mcp
