#include "core/sim/world.hpp"

#include "core/trace/clock.hpp"

#include <utility>

namespace clarion::sim {

namespace {
// An arbitrary moment in 2026, so that wall-clock values look like real ones.
constexpr std::int64_t wall_start_ms = 1'790'000'000'000;

std::uint64_t now_ns(const void* of) noexcept {
    return static_cast<std::uint64_t>(static_cast<const world*>(of)->now().since_start().count());
}
}  // namespace

world::world(std::uint64_t seed, policy order)
    : scheduler(runs::elsewhere, seed), policy_(order), order_(seed) {}

world::~world() {
    // Destroying what is queued may queue more.
    while (!ready_.empty())
        std::exchange(ready_, {}).clear();
}

void world::defer(std::unique_ptr<deferred_work> work) {
    ready_.push_back(std::move(work));
}

std::int64_t world::wall_ms() const noexcept {
    return wall_start_ms +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_.since_start()).count();
}

bool world::run_one_ready() {
    if (ready_.empty())
        return false;
    const std::size_t chosen = policy_ == policy::random ? order_.below(ready_.size()) : 0;
    const auto place = ready_.begin() + static_cast<std::ptrdiff_t>(chosen);
    const std::unique_ptr<deferred_work> work = std::move(*place);
    ready_.erase(place);
    work->run();
    return true;
}

bool world::advance_to_timer(time_point latest) {
    const auto earliest = timers_.earliest();
    if (!earliest || *earliest > latest)
        return false;
    now_ = std::max(now_, *earliest);
    while (timer_entry* due = timers_.take_due(now_)) {
        const trace::turn here(trace::queued_by_nobody);
        due->expired();
    }
    return true;
}

std::size_t world::run(const std::function<bool()>& done) {
    const running here(*this);
    const trace::virtual_time clock(&now_ns, this);
    std::size_t ran = 0;
    while (!done() && (run_one_ready() || advance_to_timer(time_point::never())))
        ++ran;
    return ran;
}

void world::run_for(duration time) {
    const running here(*this);
    const trace::virtual_time clock(&now_ns, this);
    const time_point end = now_ + time;
    while (run_one_ready() || advance_to_timer(end)) {
    }
    now_ = end;
}

}  // namespace clarion::sim
