#pragma once

#include "core/trace/recording.hpp"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

namespace clarion::trace {

/// What certainly happened before what, whatever the schedule: vector clocks over a recording. A
/// coroutine and all it awaits are one actor. An edge goes from making a coroutine to its
/// beginning, from `release` to `acquire`, from queueing a function to its turn, and from what a
/// coroutine does in a turn to the rest of that turn.
///
/// A function that nobody queued, as far as the recording tells, counts as ordered after all that
/// was remembered before it: rather no finding than a wrong one.
class happens_before {
public:
    explicit happens_before(const recording& of);

    /// Takes the next entry in. In the recording's order.
    void take(const entry& next);

    /// Something that the actor of the last entry did; the `number`-th thing remembered.
    struct moment {
        std::uint64_t actor = 0;
        std::uint64_t number = 0;
    };
    /// Remembers the last entry, to be compared with later ones.
    moment remember();
    /// Whether `then` happened before the last entry in every schedule with the same edges.
    bool is_after(const moment& then) const;
    /// The coroutine, or function, whose entry was the last, and those that await it.
    std::uint64_t actor() const { return actor_; }
    /// The recording shows its actor from its beginning, so that no edge is missing.
    bool is_whole() const { return is_whole_; }

private:
    /// Which moments are known: all up to a number, and of some actors up to a later one. On a live
    /// server nearly everything comes from the kernel, so that the second part stays small.
    struct clock {
        std::uint64_t all_until = 0;
        std::map<std::uint64_t, std::uint64_t> until_by_actor;
    };
    struct actor_state {
        clock known;
        bool is_whole = true;
    };
    struct thread_state {
        std::vector<std::uint64_t> turns;  // actors of queued functions, innermost last
        std::uint64_t plain_actor = 0;     // of functions that nobody queued
    };
    static void join(clock& into, const clock& more);

    std::uint64_t actor_of(const entry& next);
    std::uint64_t coroutine_actor(std::uint64_t id);
    std::uint64_t function_actor(thread_state& on);
    void begin(const entry& next);
    void resume(const entry& next);
    void come_back(const entry& next);
    void end(const entry& next);
    void begin_turn(thread_state& on, const entry& next);
    void end_turn(thread_state& on);
    clock& known_by(std::uint64_t actor) { return actors_[actor].known; }
    const clock* turn_clock(const entry& next);

    const recording& of_;
    std::unordered_map<std::uint64_t, std::uint64_t> actor_by_id_;
    std::unordered_map<std::uint64_t, actor_state> actors_;
    std::unordered_map<std::uint32_t, thread_state> threads_;
    std::unordered_map<std::uint64_t, clock> made_;  // with what their makers knew
    std::unordered_map<std::uint64_t, clock> released_;
    std::unordered_map<std::uint64_t, clock> posted_;
    std::uint64_t moments_ = 0;
    std::uint64_t functions_ = 0;
    std::uint64_t actor_ = 0;
    bool is_whole_ = true;
};

}  // namespace clarion::trace
