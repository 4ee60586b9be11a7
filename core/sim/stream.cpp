#include "core/sim/stream.hpp"

#include "core/async/wakeup.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <string>

namespace clarion::sim {

namespace {
constexpr std::array<duration, 5> delays{
    duration(0),
    milliseconds(1),
    milliseconds(20),
    milliseconds(400),
    milliseconds(3000),
};
}  // namespace

/// Bytes in one direction.
struct stream::pipe final : timer_entry, std::enable_shared_from_this<pipe> {
    explicit pipe(world& in) : on(in) {}
    ~pipe() override { on.disarm(*this); }

    struct piece {
        time_point at;
        std::string bytes;  // empty: the end
    };

    world& on;
    std::deque<piece> under_way;
    std::size_t under_way_bytes = 0;
    std::string arrived;
    bool end_is_sent = false;
    bool ended = false;  // all of it has arrived
    bool cut = false;
    wakeup readable;
    wakeup writable;

    std::size_t bytes() const { return under_way_bytes + arrived.size(); }

    void send(std::string bytes_sent, duration takes) {
        time_point at = on.now() + takes;
        if (!under_way.empty())
            at = std::max(at, under_way.back().at);
        end_is_sent = end_is_sent || bytes_sent.empty();
        under_way_bytes += bytes_sent.size();
        under_way.push_back({at, std::move(bytes_sent)});
        // The network is nobody's turn: when it delivers is a choice of its own.
        on.defer(make_deferred_work([self = shared_from_this()] { self->deliver(); }));
    }

    void deliver() {
        while (!under_way.empty() && under_way.front().at <= on.now()) {
            piece& first = under_way.front();
            ended = ended || first.bytes.empty();
            under_way_bytes -= first.bytes.size();
            arrived += first.bytes;
            under_way.pop_front();
            readable.notify();
        }
        if (!under_way.empty())
            on.arm(*this, under_way.front().at);
    }

    void expired() override { deliver(); }

    void drop() {
        cut = true;
        under_way.clear();
        under_way_bytes = 0;
        on.disarm(*this);
        readable.notify();
        writable.notify();
    }
};

stream::pair stream::connect(world& in, const network& how) {
    const auto there = std::make_shared<pipe>(in);
    const auto back = std::make_shared<pipe>(in);
    return {
        std::unique_ptr<stream>(new stream(in, how, back, there)),
        std::unique_ptr<stream>(new stream(in, how, there, back)),
    };
}

stream::stream(world& in, const network& how, std::shared_ptr<pipe> from, std::shared_ptr<pipe> to)
    : in_(in), how_(how), from_(std::move(from)), to_(std::move(to)) {}

stream::~stream() {
    abort();
}

task<stream_result> stream::read_some(std::span<char> into) {
    const std::shared_ptr<pipe> from = from_;
    while (from->arrived.empty() && !from->ended && !from->cut && !aborted_)
        co_await from->readable.wait();
    if (aborted_ || from->cut)
        co_return stream_result(aborted_ ? stream_error::aborted : stream_error::reset);
    if (from->arrived.empty())
        co_return stream_result(stream_error::end_of_stream);
    const std::size_t most = std::min(into.size(), from->arrived.size());
    const std::size_t left = in_.decisions().choose(choice::bytes, most, how_.short_read_one_in);
    const std::size_t read = most - left;
    from->arrived.copy(into.data(), read);
    from->arrived.erase(0, read);
    from->writable.notify();
    co_return stream_result(read);
}

task<stream_result> stream::write(std::span<const char> from) {
    const std::shared_ptr<pipe> to = to_;
    if (in_.decisions().choose(choice::fault, 2, how_.reset_one_in) != 0) {
        to->drop();
        from_->drop();
    }
    std::size_t sent = 0;
    while (sent < from.size()) {
        while (to->bytes() >= how_.window_bytes && !to->cut && !aborted_)
            co_await to->writable.wait();
        if (aborted_ || to->cut)
            co_return stream_result(aborted_ ? stream_error::aborted : stream_error::reset);
        const std::size_t room = how_.window_bytes - to->bytes();
        const auto part = from.subspan(sent, std::min(room, from.size() - sent));
        const std::size_t delay =
            in_.decisions().choose(choice::delay, delays.size(), how_.delay_one_in);
        to->send(std::string(part.data(), part.size()), delays[delay]);
        sent += part.size();
    }
    co_return stream_result(sent);
}

void stream::end_writing() {
    if (!to_->cut && !to_->end_is_sent)
        to_->send({}, duration(0));
}

void stream::end_reading() {
    if (!from_->ended)
        from_->drop();
}

void stream::abort() noexcept {
    if (std::exchange(aborted_, true))
        return;
    // After an orderly end what was sent still arrives; otherwise what the other end has not read
    // it never will.
    if (!to_->end_is_sent)
        to_->drop();
    from_->drop();
}

}  // namespace clarion::sim
