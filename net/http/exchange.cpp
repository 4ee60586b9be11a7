#include "net/http/exchange.hpp"

#include "core/async/first_of.hpp"

#include <utility>

namespace clarion::http {

namespace {

exchange_failure late() {
    return {exchange_fault::late, "there was no answer in time"};
}

exchange_failure malformed() {
    return {exchange_fault::malformed, "the answer is no HTTP"};
}

}  // namespace

exchange::exchange(net::byte_stream_ptr stream, idle_connections& idle, std::string origin)
    : stream_(std::move(stream)),
      idle_(idle),
      origin_(std::move(origin)),
      parser_(answer_head_bytes_max) {}

exchange::~exchange() {
    if (stream_)
        stream_->abort();
}

task<std::optional<exchange_failure>> exchange::begin(std::string request, time_point deadline) {
    using failure = std::optional<exchange_failure>;
    auto sent = co_await before(deadline, stream_->write(request));
    if (!sent)
        co_return failure(late());
    if (const auto* closed = std::get_if<net::stream_closed>(&*sent))
        co_return failure(exchange_failure{exchange_fault::cut_off, closed->message});
    while (stage_ == response_stage::head) {
        auto failed = co_await receive(deadline);
        if (failed)
            co_return failed;
    }
    co_return failure();
}

task<body_step> exchange::read(time_point deadline) {
    while (true) {
        std::string piece = parser_.take_body();
        if (!piece.empty())
            co_return body_step(std::move(piece));
        if (stage_ == response_stage::whole) {
            const executor on = co_await asio::this_coro::executor;
            keep_if_whole(on.owner().now());
            co_return body_step(body_end());
        }
        auto failed = co_await receive(deadline);
        if (failed)
            co_return body_step(*std::move(failed));
    }
}

task<std::optional<exchange_failure>> exchange::receive(time_point deadline) {
    using failure = std::optional<exchange_failure>;
    auto got = co_await before(deadline, stream_->read_some(room_));
    if (!got)
        co_return failure(late());
    if (const auto* closed = std::get_if<net::stream_closed>(&*got)) {
        if (closed->how != net::stream_end::end_of_stream || is_unanswered_)
            co_return failure(exchange_failure{exchange_fault::cut_off, closed->message});
        stage_ = parser_.end();
        if (stage_ == response_stage::whole)
            co_return failure();
        co_return failure(
            exchange_failure{exchange_fault::cut_off, "the connection ended too early"}
        );
    }
    is_unanswered_ = false;
    input_.append(room_.data(), std::get<std::size_t>(*got));
    stage_ = parser_.feed(input_);
    if (stage_ == response_stage::malformed)
        co_return failure(malformed());
    co_return failure();
}

void exchange::keep_if_whole(time_point now) {
    // Bytes behind the answer belong to no request of ours.
    if (stream_ && head().after == connection_after::kept && input_.empty())
        idle_.put(origin_, std::move(stream_), now);
}

}  // namespace clarion::http
