#include "core/trace/happens_before.hpp"

#include "core/trace/mark.hpp"

#include <algorithm>

namespace clarion::trace {

namespace {
// Ids of functions are beyond those of coroutines.
constexpr std::uint64_t first_function = std::uint64_t{1} << 62U;
}  // namespace

happens_before::happens_before(const recording& of) : of_(of) {}

void happens_before::join(clock& into, const clock& more) {
    for (const auto& [actor, count] : more) {
        std::uint64_t& known = into[actor];
        known = std::max(known, count);
    }
}

// One that began before the recording did stands for itself, or for whoever awaits it at the end.
std::uint64_t happens_before::coroutine_actor(std::uint64_t id) {
    const auto known = actor_by_id_.find(id);
    if (known != actor_by_id_.end())
        return known->second;
    const tree_frame* root = of_.tree.find(id);
    while (root != nullptr && root->caller_id != 0) {
        const tree_frame* const caller = of_.tree.find(root->caller_id);
        if (caller == nullptr)
            break;
        root = caller;
    }
    const std::uint64_t actor = root != nullptr ? root->id : id;
    actor_by_id_[id] = actor;
    if (!actors_.contains(actor))
        actors_[actor].is_whole = false;
    return actor;
}

std::uint64_t happens_before::function_actor(thread_state& on) {
    if (!on.turns.empty())
        return on.turns.back();
    if (on.plain_actor == 0)
        on.plain_actor = first_function + functions_++;
    join(known_by(on.plain_actor), everything_);
    return on.plain_actor;
}

std::uint64_t happens_before::actor_of(const entry& next) {
    if (next.subject != 0)
        return coroutine_actor(next.subject);
    return function_actor(threads_[next.thread]);
}

const happens_before::clock* happens_before::turn_clock(const entry& next) {
    const thread_state& on = threads_[next.thread];
    return on.turns.empty() ? nullptr : &known_by(on.turns.back());
}

void happens_before::begin(const entry& next) {
    if (next.other != 0) {
        actor_by_id_[next.subject] = coroutine_actor(next.other);
    } else {
        actor_by_id_[next.subject] = next.subject;
        if (const clock* turn = turn_clock(next))
            join(known_by(next.subject), *turn);
    }
    const auto made = made_.find(next.subject);
    actor_state& state = actors_[actor_by_id_[next.subject]];
    if (made != made_.end())
        join(state.known, made->second.at_making);
    else if (next.other == 0)
        state.is_whole = false;
}

void happens_before::resume(const entry& next) {
    const std::uint64_t actor = coroutine_actor(next.subject);
    if (const clock* turn = turn_clock(next))
        join(known_by(actor), *turn);
    // Asked to run on another shard, it has ended.
    const auto on = parked_on_.find(next.subject);
    if (on == parked_on_.end() || of_.text(on->second) != "co_spawn")
        return;
    const auto ended = ended_of_.find(actor);
    if (ended != ended_of_.end())
        join(known_by(actor), ended->second);
}

void happens_before::end(const entry& next) {
    const auto made = made_.find(next.subject);
    const std::uint64_t actor = coroutine_actor(next.subject);
    if (made != made_.end() && actor == next.subject)
        join(ended_of_[made->second.maker_actor], known_by(actor));
    if (made != made_.end())
        made_.erase(made);
    parked_on_.erase(next.subject);
}

void happens_before::change_turn(const entry& next) {
    thread_state& on = threads_[next.thread];
    if (next.what == event::turn_ended) {
        if (!on.turns.empty())
            on.turns.pop_back();
        return;
    }
    const std::uint64_t actor = first_function + functions_++;
    on.turns.push_back(actor);
    actor_state& state = actors_[actor];
    const auto posted = posted_.find(next.key);
    if (posted != posted_.end()) {
        state.known = std::move(posted->second);
        posted_.erase(posted);
    } else if (next.key != queued_by_nobody) {
        state.is_whole = false;
    }
}

void happens_before::take(const entry& next) {
    switch (next.what) {
        case event::made:
            // It has done nothing yet: this is its maker's.
            actor_ = next.other != 0 ? coroutine_actor(next.other)
                                     : function_actor(threads_[next.thread]);
            made_[next.subject] = {actor_, known_by(actor_)};
            is_whole_ = actors_[actor_].is_whole;
            return;
        case event::begun:
        case event::called:
        case event::passed:
            begin(next);
            break;
        case event::suspended:
            parked_on_[next.subject] = next.text;
            break;
        case event::resumed:
            resume(next);
            break;
        case event::turn_began:
        case event::turn_ended:
            change_turn(next);
            break;
        default:
            break;
    }
    actor_ = actor_of(next);
    actor_state& state = actors_[actor_];
    is_whole_ = state.is_whole;
    if (next.what == event::released)
        join(released_[next.key], state.known);
    else if (next.what == event::acquired)
        join(state.known, released_[next.key]);
    else if (next.what == event::posted)
        posted_[next.key] = state.known;
    else if (next.what == event::ended || next.what == event::abandoned)
        end(next);
}

happens_before::moment happens_before::remember() {
    actor_state& state = actors_[actor_];
    const std::uint64_t count = ++state.moments;
    state.known[actor_] = count;
    everything_[actor_] = count;
    return {actor_, count};
}

bool happens_before::is_after(const moment& then) const {
    const auto state = actors_.find(actor_);
    if (state == actors_.end())
        return false;
    const auto known = state->second.known.find(then.actor);
    return known != state->second.known.end() && known->second >= then.count;
}

}  // namespace clarion::trace
