#pragma once

#include "net/http/request.hpp"
#include "net/http/response.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

namespace clarion::http {

/// All of the input was looked at, and more is needed.
struct more_needed {};
/// The head is there; the body, if any, waits for `accept_body`.
struct head_read {};
/// The request is whole.
struct request_read {};

/// The request cannot be understood: this is the answer, and the connection cannot go on.
using parse_step = std::variant<more_needed, head_read, request_read, response>;

/// Reads one request, HTTP/1.0 or 1.1, without I/O. The result does not depend on how the input is
/// cut. Refuses with 400 what is malformed, 431 a head over its limit, 413 a body over its limit,
/// 501 a transfer coding other than chunked.
class request_parser {
public:
    explicit request_parser(std::size_t head_bytes_max);
    ~request_parser();
    request_parser(const request_parser&) = delete;
    request_parser& operator=(const request_parser&) = delete;

    /// Reads on. What it used is erased from the front of `input`; the caller appends to the rest.
    [[nodiscard]] parse_step feed(std::string& input);

    /// True when a body follows the head. Valid from head_read on, like all below.
    [[nodiscard]] bool has_body() const;
    /// True when the client waits for "100 Continue" before it sends the body.
    [[nodiscard]] bool expects_continue() const;
    /// The body may come, up to that size. Without this call nothing after the head is read.
    [[nodiscard]] parse_step accept_body(std::size_t bytes_max);

    [[nodiscard]] const request& head() const;
    /// The request with its body.
    [[nodiscard]] request take();

private:
    struct state;
    [[nodiscard]] parse_step read_head(std::string& input);
    [[nodiscard]] parse_step head_of_parsed();
    [[nodiscard]] parse_step read_body(std::string& input);

    std::size_t head_bytes_max_;
    std::size_t searched_ = 0;  // of the input, for the end of the head
    std::unique_ptr<state> state_;
};

}  // namespace clarion::http
