#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// The messages of JSON-RPC 2.0 as MCP uses them: params and results are objects, ids are never
// null. Pure.
namespace clarion::mcp {

/// One message: a line of a pipe, an event or a body of HTTP.
inline constexpr std::size_t message_bytes_max = std::size_t{4} << 20U;

using message_id = std::variant<std::int64_t, std::string>;

struct rpc_request {
    message_id id;
    std::string method;
    boost::json::object params;
};

struct rpc_notification {
    std::string method;
    boost::json::object params;
};

struct rpc_error {
    std::int64_t code = 0;
    std::string message;
    boost::json::value data;
};

struct rpc_response {
    /// Nothing: the answer to something that the peer could not read.
    std::optional<message_id> id;
    std::variant<boost::json::object, rpc_error> outcome;
};

/// The end of a sentence that begins with the message.
struct not_rpc {
    std::string why;
};

using rpc_message = std::variant<rpc_request, rpc_notification, rpc_response, not_rpc>;

/// No text whatever makes it throw.
[[nodiscard]] rpc_message parse_message(std::string_view text);

/// On one line, without its end.
[[nodiscard]] std::string encode(const rpc_request& message);
[[nodiscard]] std::string encode(const rpc_notification& message);
[[nodiscard]] std::string encode(const rpc_response& message);

inline constexpr std::int64_t method_not_found = -32601;

/// What this client answers to whatever a server asks of it: it lives, and it can do nothing else.
[[nodiscard]] rpc_response answer_to(const rpc_request& asked);

/// The string, or nothing when the member is missing or of another type.
[[nodiscard]] std::optional<std::string>
text_in(const boost::json::object& from, std::string_view name);
/// The same for an object; nullptr when it is none.
[[nodiscard]] const boost::json::object*
object_in(const boost::json::object& from, std::string_view name);

}  // namespace clarion::mcp
