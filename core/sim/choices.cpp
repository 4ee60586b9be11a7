#include "core/sim/choices.hpp"

#include "core/async/assert.hpp"

#include <algorithm>
#include <utility>

namespace clarion::sim {

namespace {

// So that a schedule and the ids drawn in it are not the same numbers.
constexpr std::uint64_t schedule_salt = 0x5c4ed01eU;

constexpr std::uint64_t priorities_from = 1U << 20U;
constexpr std::uint64_t priorities_count = 1U << 30U;

std::uint64_t key_of(choice what, std::uint64_t nth) {
    return nth * choices_count + static_cast<std::uint64_t>(what);
}

}  // namespace

std::string told(const deviation& one) {
    return std::string(trace::to_string(one.what)) + ' ' + std::to_string(one.nth) + ": " +
           std::to_string(one.taken);
}

choices::choices(choice_settings settings)
    : settings_(std::move(settings)),
      random_(settings_.seed ^ schedule_salt),
      lowered_(settings_.depth) {
    if (settings_.only)
        for (const deviation& each : *settings_.only)
            plan_.emplace(key_of(each.what, each.nth), each.taken);
    else if (settings_.order == policy::pct)
        for (std::size_t point = 1; point < settings_.depth; ++point)
            change_points_.insert(random_.below(settings_.steps_expected));
}

void choices::fold(std::string_view text) {
    for (const char each : text)
        fold(static_cast<unsigned char>(each));
}

std::size_t choices::planned(choice what, std::uint64_t nth) const {
    const auto found = plan_.find(key_of(what, nth));
    return found == plan_.end() ? 0 : found->second;
}

std::size_t choices::note(choice what, std::uint64_t nth, std::size_t taken) {
    fold(key_of(what, taken));
    if (taken != 0)
        deviations_.push_back({what, nth, taken});
    return taken;
}

std::size_t choices::choose(choice what, std::size_t of, std::size_t one_in) {
    CLARION_ASSERT(of > 0);
    if (one_in == 0)
        return 0;
    const std::uint64_t nth = counts_[static_cast<std::size_t>(what)]++;
    std::size_t taken = 0;
    if (settings_.only)
        taken = std::min(planned(what, nth), of - 1);
    else if (settings_.order != policy::fifo && random_.below(one_in) == 0)
        taken = random_.below(of);
    return note(what, nth, taken);
}

std::size_t choices::choose_turn(const std::vector<std::uint64_t>& chains) {
    const std::uint64_t nth = counts_[static_cast<std::size_t>(choice::turn)]++;
    if (settings_.only)
        return note(choice::turn, nth, std::min(planned(choice::turn, nth), chains.size() - 1));
    std::size_t taken = pick_turn(chains);
    if (change_points_.contains(nth)) {
        priority_of(chains[taken]) = --lowered_;
        taken = highest(chains);
    }
    return note(choice::turn, nth, taken);
}

std::size_t choices::pick_turn(const std::vector<std::uint64_t>& chains) {
    switch (settings_.order) {
        case policy::random:
            return random_.below(chains.size());
        case policy::pct:
            return highest(chains);
        case policy::fifo:
            break;
    }
    return 0;
}

std::size_t choices::highest(const std::vector<std::uint64_t>& chains) {
    const auto best = std::ranges::max_element(chains, {}, [this](std::uint64_t chain) {
        return priority_of(chain);
    });
    return static_cast<std::size_t>(best - chains.begin());
}

std::uint64_t& choices::priority_of(std::uint64_t chain) {
    if (chain >= priorities_.size())
        priorities_.resize(chain + 1);
    if (priorities_[chain] == 0)
        priorities_[chain] = priorities_from + random_.below(priorities_count);
    return priorities_[chain];
}

}  // namespace clarion::sim
