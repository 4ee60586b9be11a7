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
    if (more.all_until > into.all_until) {
        into.all_until = more.all_until;
        std::erase_if(into.until_by_actor, [&into](const auto& each) {
            return each.second <= into.all_until;
        });
    }
    for (const auto& [actor, number] : more.until_by_actor) {
        if (number <= into.all_until)
            continue;
        std::uint64_t& known = into.until_by_actor[actor];
        known = std::max(known, number);
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
    known_by(on.plain_actor) = {moments_, {}};
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
        join(state.known, made->second);
    else if (next.other == 0)
        state.is_whole = false;
}

void happens_before::resume(const entry& next) {
    const std::uint64_t actor = coroutine_actor(next.subject);
    if (const clock* turn = turn_clock(next))
        join(known_by(actor), *turn);
}

// What the turn does afterwards it does after that.
void happens_before::come_back(const entry& next) {
    const thread_state& on = threads_[next.thread];
    if (!on.turns.empty())
        join(known_by(on.turns.back()), known_by(coroutine_actor(next.subject)));
}

// Nothing of it is needed any more.
void happens_before::end(const entry& next) {
    const std::uint64_t actor = coroutine_actor(next.subject);
    come_back(next);
    made_.erase(next.subject);
    actor_by_id_.erase(next.subject);
    if (actor == next.subject)
        actors_.erase(actor);
}

void happens_before::begin_turn(thread_state& on, const entry& next) {
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

void happens_before::end_turn(thread_state& on) {
    if (on.turns.empty())
        return;
    actors_.erase(on.turns.back());
    on.turns.pop_back();
}

void happens_before::take(const entry& next) {
    switch (next.what) {
        case event::made:
            // It has done nothing yet: this is its maker's.
            actor_ = next.other != 0 ? coroutine_actor(next.other)
                                     : function_actor(threads_[next.thread]);
            made_[next.subject] = known_by(actor_);
            is_whole_ = actors_[actor_].is_whole;
            return;
        case event::begun:
        case event::called:
        case event::passed:
            begin(next);
            break;
        case event::suspended:
            come_back(next);
            break;
        case event::resumed:
            resume(next);
            break;
        case event::turn_began:
            begin_turn(threads_[next.thread], next);
            break;
        case event::turn_ended:
            end_turn(threads_[next.thread]);
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
    const std::uint64_t number = ++moments_;
    known_by(actor_).until_by_actor[actor_] = number;
    return {actor_, number};
}

bool happens_before::is_after(const moment& then) const {
    const auto state = actors_.find(actor_);
    if (state == actors_.end())
        return false;
    const clock& known = state->second.known;
    if (known.all_until >= then.number)
        return true;
    const auto until = known.until_by_actor.find(then.actor);
    return until != known.until_by_actor.end() && until->second >= then.number;
}

}  // namespace clarion::trace
