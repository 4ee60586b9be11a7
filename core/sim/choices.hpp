#pragma once

#include "core/async/random_source.hpp"
#include "core/trace/enum_name.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace clarion::sim {

/// Which of the functions that are ready runs next.
enum class policy : std::uint8_t {
    fifo,    ///< the oldest; nothing else deviates from its default either
    random,  ///< any
    pct,     ///< by random priorities of chains of functions, lowered at a few random steps
             ///< (Burckhardt et al., ASPLOS 2010; over handlers: Ozkan et al., OOPSLA 2018)
};
constexpr std::string_view names_of(policy) {
    return "fifo|random|pct";
}

/// What a simulation decides. The decisions of each kind are numbered apart, so that leaving one
/// out shifts no other kind's.
enum class choice : std::uint8_t {
    turn,    ///< which of the ready functions runs, by age
    bytes,   ///< how many of the bytes that are there a read leaves behind
    delay,   ///< how long something takes
    fault,   ///< whether something fails, and how
    script,  ///< what the people outside do
    time,    ///< whether a timer is due before what has been queued runs: a busy machine
};
constexpr std::string_view names_of(choice) {
    return "turn|bytes|delay|fault|script|time";
}
inline constexpr std::size_t choices_count = 6;

/// A decision that was not the default, which is 0.
struct deviation {
    choice what{};
    std::uint64_t nth = 0;
    std::size_t taken = 0;
    friend auto operator<=>(const deviation&, const deviation&) = default;
};

/// "turn 31: 2".
std::string told(const deviation& one);

struct choice_settings {
    std::uint64_t seed = 1;
    policy order = policy::fifo;
    /// Of pct: how many ordering constraints a fault is guessed to need, and how long a run is.
    std::size_t depth = 3;
    std::size_t steps_expected = 300;
    /// A run that does not end by itself is given up after so many functions.
    std::size_t steps_max = 500'000;
    /// Time passes while something is ready, at one in so many turns; 0 never.
    std::size_t held_up_one_in = 0;
    /// Set: these are taken, and the default everywhere else, whatever the policy.
    std::optional<std::vector<deviation>> only{};
};

/// Everything about a run that its program does not determine: drawn from a seed, or given. What
/// deviates from the defaults is noted, so that a run can be repeated, and shrunk, by that alone.
class choices {
public:
    explicit choices(choice_settings settings);

    /// In [0, of). Other than 0 only one time in `one_in`; 0: never.
    std::size_t choose(choice what, std::size_t of, std::size_t one_in);
    std::size_t choose(choice what, std::size_t of) { return choose(what, of, 1); }
    /// Which of the functions that are ready, given the chain of each, oldest first.
    std::size_t choose_turn(const std::vector<std::uint64_t>& chains);

    /// Of all that was decided and folded in.
    std::uint64_t hash() const { return hash_; }
    /// Of what was decided alone: equal schedules, equal numbers, whatever ids were drawn.
    std::uint64_t schedule() const { return schedule_; }
    void fold(std::uint64_t value) { hash_ = folded(hash_, value); }
    void fold(std::string_view text);

    const std::vector<deviation>& deviations() const { return deviations_; }
    const choice_settings& settings() const { return settings_; }
    std::uint64_t count(choice what) const { return counts_[static_cast<std::size_t>(what)]; }

private:
    static std::uint64_t folded(std::uint64_t into, std::uint64_t value) {
        return (into ^ value) * 0x100000001b3U;
    }
    std::size_t pick_turn(const std::vector<std::uint64_t>& chains);
    std::size_t highest(const std::vector<std::uint64_t>& chains);
    std::uint64_t& priority_of(std::uint64_t chain);
    std::size_t planned(choice what, std::uint64_t nth) const;
    std::size_t note(choice what, std::uint64_t nth, std::size_t taken);

    const choice_settings settings_;
    random_source random_;
    std::array<std::uint64_t, choices_count> counts_{};
    std::vector<deviation> deviations_;
    std::unordered_map<std::uint64_t, std::size_t> plan_;
    std::vector<std::uint64_t> priorities_;  // by chain; 0: not drawn yet
    std::unordered_set<std::uint64_t> change_points_;
    std::uint64_t lowered_;
    std::uint64_t hash_ = 0xcbf29ce484222325U;
    std::uint64_t schedule_ = 0xcbf29ce484222325U;
};

}  // namespace clarion::sim
