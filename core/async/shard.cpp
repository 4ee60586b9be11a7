#include "core/async/shard.hpp"

#include <boost/asio/post.hpp>

#include <chrono>

namespace clarion {

shard::shard(std::size_t index, std::uint64_t seed)
    : scheduler(runs::on_io, seed),
      index_(index),
      alarm_(io()),
      keeps_running_(boost::asio::make_work_guard(io())) {}

shard::~shard() = default;

void shard::run() {
    const running here(*this);
    io().run();
}

void shard::stop() {
    io().stop();
}

void shard::defer(std::unique_ptr<deferred_work> work) {
    boost::asio::post(io(), [held = std::move(work)] { held->run(); });
}

time_point shard::now() const noexcept {
    return time_point(std::chrono::steady_clock::now().time_since_epoch());
}

std::int64_t shard::wall_ms() const noexcept {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

void shard::arm(timer_entry& entry, time_point when) {
    timers_.arm(entry, when);
    if (when < alarm_at_)
        wait_for_earliest();
}

void shard::wait_for_earliest() {
    const auto earliest = timers_.earliest();
    if (!earliest) {
        alarm_at_ = time_point::never();
        return;
    }
    alarm_at_ = *earliest;
    alarm_.expires_at(std::chrono::steady_clock::time_point(earliest->since_start()));
    alarm_.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            expire();
    });
}

void shard::expire() {
    const time_point at = now();
    while (timer_entry* due = timers_.take_due(at)) {
        const trace::turn here(trace::queued_by_nobody);
        due->expired();
    }
    wait_for_earliest();
}

}  // namespace clarion
