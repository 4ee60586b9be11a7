#pragma once

#include "core/async/timer_queue.hpp"
#include "net/mcp/json_rpc.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::mcp {

/// The revision without sessions: each request says by itself who asks, and in which revision.
inline constexpr std::string_view modern_revision = "2026-07-28";
/// Those that begin with `initialize`, newest first.
inline constexpr std::array<std::string_view, 4> legacy_revisions =
    {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};

enum class era : std::uint8_t { modern, legacy };

/// Who asks.
struct client_identity {
    std::string name = "clarion";
    std::string version = "0";
};

/// What client and server have agreed on.
struct agreement {
    era spoken = era::legacy;
    std::string revision;
    std::string server_name;
    std::string server_version;
    /// The server tells when its tools have changed.
    bool tells_list_changes = false;
};

/// Why there is no answer.
struct ask_failure {
    enum class fault : std::uint8_t {
        unreachable,   ///< there is no connection
        closed,        ///< the way broke, or the server has left
        late,          ///< the patience came to its end
        refused,       ///< an HTTP status that is no answer
        session_lost,  ///< the server has forgotten who we are; it did nothing
        malformed,     ///< what came is not MCP
    };
    fault what = fault::closed;
    unsigned status = 0;  ///< of `refused`
    std::string message;  ///< the end of a sentence
};

using ask_outcome = std::variant<boost::json::object, rpc_error, ask_failure>;

/// The next request of the opening.
struct opening_request {
    std::string method;
    boost::json::object params;
    duration patience;
};
/// There is no way to speak with this server; the end of a sentence that begins with its name.
struct opening_failure {
    std::string why;
};

using opening_step = std::variant<opening_request, agreement, opening_failure>;

/// How client and server come to terms, without I/O: asks `server/discover`, which every server of
/// the newest revision answers; any error, any other answer and silence mean one of before, which
/// is greeted with `initialize`.
class opening {
public:
    /// `expected`: what the server was the last time, if anybody knows.
    explicit opening(client_identity who, era expected = era::modern)
        : who_(std::move(who)), expected_(expected) {}

    /// The first step.
    [[nodiscard]] opening_step begin();
    /// The next, from what came of the last request.
    [[nodiscard]] opening_step take(const ask_outcome& came);

private:
    enum class stage : std::uint8_t { discovering, initializing };

    opening_step discover();
    opening_step initialize();
    opening_step after_discover(const ask_outcome& came);
    opening_step after_initialize(const ask_outcome& came);
    std::optional<opening_step> after_refused_version(const rpc_error& error);

    client_identity who_;
    era expected_;
    stage stage_ = stage::discovering;
    int discoveries_ = 0;
};

/// `_meta` of a request in the newest revision.
[[nodiscard]] boost::json::object modern_meta(const client_identity& who);

/// The revisions that a server of the newest era names in its error; nothing when it is no such
/// error.
[[nodiscard]] std::optional<std::vector<std::string>> supported_in(const rpc_error& error);

}  // namespace clarion::mcp
