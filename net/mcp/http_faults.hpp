#pragma once

#include "net/http/exchange.hpp"
#include "net/http/response_parser.hpp"
#include "net/mcp/json_rpc.hpp"
#include "net/mcp/opening.hpp"

#include <string>

// What an answer over HTTP means for MCP. Pure.
namespace clarion::mcp {

[[nodiscard]] bool is_success(unsigned status);
[[nodiscard]] bool is_event_stream(const http::response_head& head);

[[nodiscard]] ask_failure failure_of(const http::exchange_failure& broken);
/// A body or an event that is none; `why` is the end of a sentence.
[[nodiscard]] ask_failure not_mcp(const std::string& why);

/// Whether a refusal of a request that named a session says that there is no such session.
[[nodiscard]] bool is_about_session(unsigned status, const rpc_message& body);

}  // namespace clarion::mcp
