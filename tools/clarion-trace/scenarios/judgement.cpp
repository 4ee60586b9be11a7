#include "tools/clarion-trace/scenarios/judgement.hpp"

#include "core/metrics/counters.hpp"
#include "core/trace/live_tree.hpp"
#include "core/trace/tree_text.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace clarion::scenarios {

namespace {

using sentences = std::vector<std::string>;

void append(sentences& to, const sentences& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// The property: what a client has folded is what the log holds, whatever the cuts.
void compare_with_log(const person& one, const troubled_log& log, sentences& broken) {
    const auto thread = log.threads().find({one.name(), std::string(person::thread_id)});
    const thread_copy& copy = one.copy();
    if (thread == log.threads().end()) {
        if (!copy.events().empty())
            broken.push_back(one.name() + " has a copy of a thread that is not in the log");
        return;
    }
    const auto& kept = thread->second;
    if (copy.seq() != static_cast<std::int64_t>(copy.events().size()))
        broken.push_back(one.name() + " has holes in the copy of the thread");
    if (!copy.epoch().empty() && copy.epoch() != kept.epoch)
        broken.push_back(one.name() + " has another epoch than the log");
    for (const auto& [seq, text] : copy.events()) {
        if (seq < 1 || seq > static_cast<std::int64_t>(kept.events.size())) {
            broken.push_back(one.name() + " has an event that is not in the log");
            continue;
        }
        const protocol::event& event = kept.events[static_cast<std::size_t>(seq) - 1];
        const std::string expected = written_down(
            protocol::traits_of(event.type).name,
            event.run_id,
            boost::json::parse(event.payload_json)
        );
        if (text != expected)
            broken.push_back(one.name() + " has another event " + std::to_string(seq));
    }
}

void look_at_failures(const server& at, const expectations& may, sentences& broken) {
    // Time passes here in leaps: lateness is no fault.
    constexpr std::array always{failure::code::event_late, failure::code::delivery_stalled};
    for (const failure::tally& each : at.failures().snapshot().tallies)
        if (std::ranges::find(may.failures, each.what) == may.failures.end() &&
            std::ranges::find(always, each.what) == always.end())
            broken.push_back(
                "the ledger has " + std::string(failure::traits_of(each.what).name) + ", " +
                std::to_string(each.count) + " times"
            );
}

bool everybody_has_ended(const stage& on) {
    return std::ranges::all_of(on.people, [](const auto& one) { return one->has_ended(); });
}

void look_at_people(const stage& on, sentences& broken) {
    for (const auto& one : on.people) {
        append(broken, one->complaints());
        if (!one->has_ended())
            broken.push_back(one->name() + " waits for ever");
        compare_with_log(*one, on.at.log(), broken);
    }
}

// Stands until the process ends: something of it hangs, and its parts would not let themselves be
// destroyed.
void leave_standing(std::unique_ptr<stage> on) {
    static auto* const kept = new std::vector<std::unique_ptr<stage>>;
    kept->push_back(std::move(on));
}

sentences tree_of(const stage& on) {
    constexpr std::size_t lines_max = 200;
    trace::tree_view shown;
    shown.lines_max = lines_max;
    trace::live_tree all = trace::take_tree();
    std::erase_if(all.frames, [&on](const trace::tree_frame& each) {
        return each.id < on.first_coroutine;
    });
    return trace::tree_lines(all, shown);
}

}  // namespace

sim::played play_out(std::unique_ptr<stage> on, const expectations& may) {
    sim::world& world = on->at.world();
    sim::played made;
    world.run();
    look_at_people(*on, made.broken);
    if (!on->at.is_shutting_down())
        append(made.broken, on->at.differences());
    if (!made.broken.empty())
        made.tree = tree_of(*on);
    on->at.begin_shutdown();
    world.run();
    if (!on->at.has_ended() || !everybody_has_ended(*on)) {
        if (made.broken.empty() || !on->at.has_ended())
            made.broken.emplace_back("the shutdown does not come to its end");
        made.tree = tree_of(*on);
        made.is_stuck = true;
    }
    append(made.broken, on->at.log().audit(may.left_open));
    look_at_failures(on->at, may, made.broken);
    for (const executor& each : {on->at.front(), on->at.back()})
        if (metrics::counters_of(each).leaks_blocked != 0)
            made.broken.emplace_back("a frame of another user was stopped");
    if (made.is_stuck)
        leave_standing(std::move(on));
    return made;
}

}  // namespace clarion::scenarios
