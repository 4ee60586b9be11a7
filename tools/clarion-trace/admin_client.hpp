#pragma once

#include <chrono>
#include <string>
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

/// A server that has not answered in full by then hangs.
inline constexpr std::chrono::seconds answers_within{30};

/// The body of a 200; blocks until it is whole, or for `patience`.
answer get(
    const admin_address& from,
    const std::string& target,
    std::chrono::seconds patience = answers_within
);
answer post(
    const admin_address& to,
    const std::string& target,
    const std::string& json,
    std::chrono::seconds patience = answers_within
);

}  // namespace clarion::trace_tool
