#include "net/mcp/http_faults.hpp"

#include "net/http/header_fields.hpp"

#include <variant>

namespace clarion::mcp {

bool is_success(unsigned status) {
    return status >= 200 && status < 300;
}

bool is_event_stream(const http::response_head& head) {
    const auto type = head.headers.find("Content-Type");
    return type && http::to_lower(*type).starts_with("text/event-stream");
}

ask_failure failure_of(const http::exchange_failure& broken) {
    switch (broken.what) {
        case http::exchange_fault::unreachable:
            return {ask_failure::fault::unreachable, 0, "cannot be reached: " + broken.message};
        case http::exchange_fault::late:
            return {ask_failure::fault::late, 0, "did not answer in time"};
        case http::exchange_fault::malformed:
            return {ask_failure::fault::malformed, 0, "does not speak HTTP"};
        case http::exchange_fault::cut_off:
            break;
    }
    return {ask_failure::fault::closed, 0, "hung up: " + broken.message};
}

ask_failure not_mcp(const std::string& why) {
    return {
        ask_failure::fault::malformed,
        0,
        "answered with something that is no message of MCP: it " + why
    };
}

// Many servers say 400 where the protocol says 404, and name the reason.
bool is_about_session(unsigned status, const rpc_message& body) {
    constexpr unsigned bad_request = 400;
    constexpr unsigned not_found = 404;
    if (status == not_found)
        return true;
    const auto* const response = std::get_if<rpc_response>(&body);
    const auto* const error =
        response == nullptr ? nullptr : std::get_if<rpc_error>(&response->outcome);
    return status == bad_request && error != nullptr &&
           http::to_lower(error->message).find("session") != std::string::npos;
}

}  // namespace clarion::mcp
