#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace clarion::trace_tool {

/// "HOST:PORT", an IPv6 host in brackets.
struct admin_address {
    std::string host;
    std::string port;
};
std::variant<admin_address, std::string> parse_address(const std::string& text);

/// One line for a person.
struct failure {
    std::string why;
};
using answer = std::variant<std::string, failure>;

/// The body of a 200; blocks until it is whole.
answer get(const admin_address& from, const std::string& target);
answer post(const admin_address& to, const std::string& target, const std::string& json);

/// The body of an HTTP answer, or what its status says is wrong.
answer body_of(std::string_view response);

}  // namespace clarion::trace_tool
