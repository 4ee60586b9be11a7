#include "tools/clarion-trace/explore_command.hpp"

#include "core/sim/explore.hpp"
#include "core/sim/recorded_play.hpp"
#include "tools/clarion-trace/scenarios/scenarios.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace clarion::trace_tool {

namespace {

constexpr int failure_status = 1;
constexpr int usage_status = 2;

int list(streams to) {
    for (const sim::scenario& each : scenarios::all())
        to.out << each.name << std::string(16 - std::min<std::size_t>(each.name.size(), 15), ' ')
               << each.about << '\n';
    return 0;
}

std::vector<const sim::scenario*> chosen(const std::string& name) {
    std::vector<const sim::scenario*> all;
    for (const sim::scenario& each : scenarios::all())
        if (name == "all" || each.name == name)
            all.push_back(&each);
    return all;
}

int explore_one(const sim::scenario& which, const command& wanted, streams to) {
    sim::exploration how;
    how.first_seed = wanted.seed;
    how.runs = wanted.runs;
    how.only = wanted.policy;
    const auto begun = std::chrono::steady_clock::now();
    const sim::explored sums = sim::explore(which, how);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const auto per_second = static_cast<std::uint64_t>(
        2.0 * static_cast<double>(sums.runs) / std::max(took.count(), 1e-6)
    );
    to.out << which.name << ": " << sums.runs << " schedules, each twice, " << sums.distinct
           << " of them different, " << sums.steps / sums.runs << " steps each, " << per_second
           << " runs a second: " << (sums.found ? "BROKEN" : "held") << '\n';
    if (!sums.found)
        return 0;
    to.out << sim::report(which, *sums.found);
    return failure_status;
}

int give_out(const command& wanted, const std::string& text, streams to) {
    if (wanted.out.empty()) {
        to.out << text;
        return 0;
    }
    std::ofstream file(wanted.out, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (file)
        return 0;
    to.complaints << "clarion-trace: " << wanted.out << " cannot be written\n";
    return failure_status;
}

// What held is shown too: its timeline, and what the lints say of it.
int replay(const sim::scenario& which, const command& wanted, streams to) {
    const sim::explored sums = sim::replay(which, wanted.seed);
    if (sums.found) {
        give_out(wanted, sim::report(which, *sums.found), to);
        return failure_status;
    }
    const sim::recorded made =
        sim::recorded_play(which, sim::settings_of(wanted.seed, sim::expected_steps(which)));
    const int status = give_out(wanted, made.text, to);
    to.out << which.name << ", seed " << wanted.seed << ": held, the same twice; "
           << made.lints.size() << " findings of lints\n";
    return made.lints.empty() ? status : failure_status;
}

}  // namespace

int explore(const command& wanted, streams to) {
    if (wanted.what == verb::scenarios)
        return list(to);
    const auto which = chosen(wanted.scenario);
    if (which.empty() || (wanted.what == verb::replay && which.size() > 1)) {
        to.complaints << "clarion-trace: there is no scenario '" << wanted.scenario
                      << "'; `clarion-trace scenarios` lists them\n";
        return usage_status;
    }
    if (wanted.what == verb::replay)
        return replay(*which.front(), wanted, to);
    int status = 0;
    for (const sim::scenario* each : which)
        status = std::max(status, explore_one(*each, wanted, to));
    return status;
}

}  // namespace clarion::trace_tool
