#include "core/sim/world.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace clarion::sim {

namespace {
// An arbitrary moment in 2026, so that wall-clock values look like real ones.
constexpr std::int64_t wall_start_ms = 1'790'000'000'000;

constexpr duration held_up_max = std::chrono::milliseconds(100);

std::uint64_t now_ns(const void* of) noexcept {
    return static_cast<std::uint64_t>(static_cast<const world*>(of)->now().since_start().count());
}

choice_settings in_order(std::uint64_t seed, policy order) {
    choice_settings settings;
    settings.seed = seed;
    settings.order = order;
    settings.steps_max = std::numeric_limits<std::size_t>::max();
    return settings;
}
}  // namespace

class world::other_shard final : public scheduler {
public:
    other_shard(world& in, std::uint64_t seed) : scheduler(runs::elsewhere, seed), in_(in) {}

    timer_queue& timers() { return timers_; }

    void defer(std::unique_ptr<deferred_work> work) override { in_.queue(*this, std::move(work)); }
    time_point now() const noexcept override { return in_.now(); }
    std::int64_t wall_ms() const noexcept override { return in_.wall_ms(); }
    void arm(timer_entry& entry, time_point when) override { timers_.arm(entry, when); }
    void disarm(timer_entry& entry) noexcept override { timers_.disarm(entry); }

private:
    world& in_;
    timer_queue timers_;
};

world::world(std::uint64_t seed, policy order) : world(in_order(seed, order)) {}

world::world(choice_settings decided_by)
    : scheduler(runs::elsewhere, decided_by.seed),
      choices_(std::move(decided_by)),
      clock_(&now_ns, this) {}

world::~world() {
    // Destroying what is queued may queue more.
    while (!ready_.empty())
        std::exchange(ready_, {}).clear();
}

executor world::add_shard() {
    others_.push_back(std::make_unique<other_shard>(*this, random().next()));
    return executor(*others_.back());
}

void world::queue(scheduler& on, std::unique_ptr<deferred_work> work) {
    const auto continued = std::exchange(chain_to_continue_, std::nullopt);
    const std::uint64_t chain = continued ? *continued : chains_count_++;
    ready_.push_back({std::move(work), &on, queued_count_++, chain});
}

void world::find_candidates() {
    candidates_.clear();
    chains_.clear();
    for (std::size_t place = 0; place < ready_.size(); ++place) {
        const queued& one = ready_[place];
        const bool stands_behind =
            one.on != this && std::ranges::any_of(candidates_, [&](std::size_t earlier) {
                return ready_[earlier].on == one.on;
            });
        if (stands_behind)
            continue;
        candidates_.push_back(place);
        chains_.push_back(one.chain);
    }
}

std::int64_t world::wall_ms() const noexcept {
    return wall_start_ms +
           std::chrono::duration_cast<std::chrono::milliseconds>(now_.since_start()).count();
}

bool world::run_one_ready() {
    if (ready_.empty() || is_exhausted())
        return false;
    ++steps_;
    find_candidates();
    const std::size_t chosen = candidates_[choices_.choose_turn(chains_)];
    const auto place = ready_.begin() + static_cast<std::ptrdiff_t>(chosen);
    queued next = std::move(*place);
    ready_.erase(place);
    chain_to_continue_ = next.chain;
    choices_.fold(next.number);
    const running here(*next.on);
    const std::unique_ptr<deferred_work> work = std::move(next.work);
    work->run();
    chain_to_continue_.reset();
    return true;
}

bool world::expire(scheduler& of, timer_queue& timers) {
    bool any = false;
    const running here(of);
    while (timer_entry* due = timers.take_due(now_)) {
        const trace::turn nobody(trace::queued_by_nobody);
        due->expired();
        any = true;
    }
    return any;
}

std::optional<time_point> world::earliest_timer() const {
    auto earliest = timers_.earliest();
    for (const auto& one : others_) {
        const auto its = one->timers().earliest();
        if (its && (!earliest || *its < *earliest))
            earliest = its;
    }
    return earliest;
}

// Whether time passes although something is ready, so that a timer overtakes what was queued
// before it was due: the machine is busy, for no longer than a person would bear.
bool world::is_held_up() {
    const std::size_t one_in = choices_.settings().held_up_one_in;
    if (ready_.empty() || one_in == 0)
        return false;
    const auto next = earliest_timer();
    return next && *next <= now_ + held_up_max && choices_.choose(choice::time, 2, one_in) != 0;
}

bool world::advance_to_timer(time_point latest) {
    const auto earliest = earliest_timer();
    if (!earliest || *earliest > latest || is_exhausted())
        return false;
    now_ = std::max(now_, *earliest);
    bool any = expire(*this, timers_);
    for (const auto& one : others_)
        any = expire(*one, one->timers()) || any;
    return any;
}

std::size_t world::run(const std::function<bool()>& done) {
    const running here(*this);
    std::size_t ran = 0;
    while (!done()) {
        const bool any = (is_held_up() && advance_to_timer(time_point::never())) ||
                         run_one_ready() || advance_to_timer(time_point::never());
        if (!any)
            break;
        ++ran;
    }
    return ran;
}

void world::run_for(duration time) {
    const running here(*this);
    const time_point end = now_ + time;
    while (run_one_ready() || advance_to_timer(end)) {
    }
    now_ = end;
}

}  // namespace clarion::sim
