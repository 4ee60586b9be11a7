#include "net/http/request_source.hpp"

#include "core/async/first_of.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace clarion::http {

namespace {

response too_slow() {
    return plain_response(408, "The request took too long to arrive.");
}

}  // namespace

request_source::request_source(net::byte_stream& stream, const request_limits& limits)
    : stream_(stream), head_bytes_max_(limits.head_bytes_max) {
    parser_.emplace(head_bytes_max_);
}

task<request_source::more> request_source::read() {
    std::array<char, 4096> piece;
    const net::io_result got = co_await stream_.read_some(piece);
    const auto* bytes = std::get_if<std::size_t>(&got);
    if (bytes == nullptr)
        co_return more::ended;
    input_.append(piece.data(), *bytes);
    co_return more::came;
}

task<std::optional<request_source::more>> request_source::read_before(time_point deadline) {
    return before(deadline, read());
}

task<request_source::arrival> request_source::wait(time_point deadline) {
    if (!input_.empty())
        co_return arrival::something;
    const std::optional<more> got = co_await read_before(deadline);
    if (got == more::came)
        co_return arrival::something;
    co_return arrival::nothing;
}

task<head_result> request_source::read_head(time_point deadline) {
    for (;;) {
        parse_step step = parser_->feed(input_);
        if (std::holds_alternative<head_read>(step))
            co_return head_result(head_read{});
        if (auto* refusal = std::get_if<response>(&step))
            co_return head_result(std::move(*refusal));
        const std::optional<more> got = co_await read_before(deadline);
        if (!got)
            co_return head_result(too_slow());
        if (got == more::ended)
            co_return head_result(no_request{});
    }
}

task<body_result> request_source::read_body(std::size_t bytes_max, time_point deadline) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    parse_step step = parser_->accept_body(bytes_max);
    if (std::holds_alternative<more_needed>(step) && parser_->expects_continue() && input_.empty())
        co_await before(deadline, stream_.write(go_on));
    if (std::holds_alternative<more_needed>(step))
        step = parser_->feed(input_);
    while (std::holds_alternative<more_needed>(step)) {
        const std::optional<more> got = co_await read_before(deadline);
        if (!got)
            co_return body_result(too_slow());
        if (got == more::ended)
            co_return body_result(no_request{});
        step = parser_->feed(input_);
    }
    if (auto* refusal = std::get_if<response>(&step))
        co_return body_result(std::move(*refusal));
    co_return body_result(request_read{});
}

std::string request_source::take_rest() {
    // A WebSocket lives long, and does not need what its request looked like.
    parser_.reset();
    return std::exchange(input_, {});
}

request request_source::take() {
    request whole = parser_->take();
    parser_.emplace(head_bytes_max_);
    return whole;
}

}  // namespace clarion::http
