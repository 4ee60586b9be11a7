#pragma once

#include "core/sim/choices.hpp"
#include "core/sim/world.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace clarion::sim {

/// What came of one run.
struct played {
    /// A sentence for each promise that was not kept.
    std::vector<std::string> broken{};
    /// Who waited for what when that was seen, as lines.
    std::vector<std::string> tree{};
    /// Something hangs that nobody can end in order: its world is left standing.
    bool is_stuck = false;
};

/// Something to be run under many schedules. `play` builds its whole world in the one it is given,
/// runs it to its end and judges; a stuck one keeps alive by itself what still refers to the world.
struct scenario {
    std::string name;
    std::string about;
    std::function<played(world&)> play;
};

/// One run, as often as one likes.
struct rerun {
    played what;
    std::uint64_t hash = 0;
    std::size_t steps = 0;
    std::vector<deviation> deviations{};
};
rerun play_once(const scenario& which, const choice_settings& how);

/// Of a seed: 0 is FIFO, odd ones are random, even ones PCT with a depth of 2, 3 or 4. A seed holds
/// for one build.
choice_settings settings_of(std::uint64_t seed, std::size_t steps_expected);

/// How long a FIFO run is: what PCT spreads its changes over.
std::size_t expected_steps(const scenario& which);

struct exploration {
    std::uint64_t first_seed = 1;
    std::uint64_t runs = 1000;
    /// Seeds of this policy only.
    std::optional<policy> only{};
    std::size_t shrinking_runs_max = 3000;
};

struct discovery {
    std::uint64_t seed = 0;
    policy order{};
    /// Schedules that were tried, this one included.
    std::uint64_t after = 0;
    std::vector<std::string> broken{};
    std::size_t deviations = 0;
    /// The fewest with which it still breaks; absent when two runs of the seed were not the same.
    std::optional<std::vector<deviation>> fewest{};
};

struct explored {
    std::uint64_t runs = 0;
    std::uint64_t steps = 0;
    /// Different schedules among them.
    std::uint64_t distinct = 0;
    std::optional<discovery> found{};
};

/// Runs seed after seed, each twice, until a promise is broken or two runs of a seed differ. FIFO
/// comes first.
explored explore(const scenario& which, const exploration& how);

/// One seed: twice, and shrunk if it breaks.
explored replay(const scenario& which, std::uint64_t seed, std::size_t shrinking_runs_max = 3000);

/// The deviations with which `which` still breaks, none of which can be left out alone, unless the
/// bound on runs comes first.
std::vector<deviation> shrink(
    const scenario& which,
    const choice_settings& how,
    std::vector<deviation> from,
    std::size_t runs_max
);

/// Everything a person needs: seed and build, promises, deviations, what the lints say, who waits
/// for what, and a timeline. Runs it once more, recorded.
std::string report(const scenario& which, const discovery& found);

}  // namespace clarion::sim
