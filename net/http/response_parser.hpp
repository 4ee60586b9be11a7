#pragma once

#include "net/http/header_fields.hpp"
#include "net/http/request.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace clarion::http {

/// The status line and header of an answer.
struct response_head {
    unsigned status = 0;
    header_fields headers;
    /// Whether another request may follow on the connection.
    connection_after after = connection_after::closed;
};

/// How far the answer is.
enum class response_stage : std::uint8_t { head, body, whole, malformed };

/// Reads one answer to a client's request, HTTP/1.0 or 1.1, without I/O: its body as it comes, by
/// length, in chunks, or up to the end of the connection. Interim answers (1xx) are skipped. The
/// result does not depend on how the input is cut, but for where the pieces of the body end.
class response_parser {
public:
    explicit response_parser(std::size_t head_bytes_max);
    ~response_parser();
    response_parser(const response_parser&) = delete;
    response_parser& operator=(const response_parser&) = delete;

    /// Reads on. What it used is erased from the front of `input`; the caller appends to the rest.
    [[nodiscard]] response_stage feed(std::string& input);
    /// The connection has ended: whole, if that is what ends the body, else malformed.
    [[nodiscard]] response_stage end();

    /// Valid from the stage `body` on.
    const response_head& head() const { return head_; }
    /// The bytes of the body since the last call.
    [[nodiscard]] std::string take_body();

private:
    struct state;
    response_stage read_head(std::string& input);
    response_stage read_body(std::string& input);
    void take_head();

    std::size_t head_bytes_max_;
    response_head head_;
    std::unique_ptr<state> state_;
};

}  // namespace clarion::http
