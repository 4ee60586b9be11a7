#include "core/sim/explore.hpp"

#include "core/async/last_words.hpp"
#include "core/sim/recorded_play.hpp"
#include "core/trace/recording.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <unordered_set>
#include <utility>

namespace clarion::sim {

namespace {

// For the last words of a run that ends in an assertion.
struct at_work {
    const std::string* scenario = nullptr;
    std::uint64_t seed = 0;
};
thread_local at_work now_playing;

std::string last_words() {
    if (now_playing.scenario == nullptr)
        return {};
    return "in scenario " + *now_playing.scenario + ", seed " + std::to_string(now_playing.seed);
}

// Worlds in which something hangs, kept where the leak checker finds them.
void keep(std::unique_ptr<world> stuck) {
    static auto* const kept = new std::vector<std::unique_ptr<world>>;
    kept->push_back(std::move(stuck));
}

choice_settings with_only(choice_settings how, std::vector<deviation> only) {
    how.only = std::move(only);
    return how;
}

// What a promise says without its numbers: they may differ from schedule to schedule.
std::string without_numbers(const std::string& sentence) {
    std::string kept;
    std::ranges::copy_if(sentence, std::back_inserter(kept), [](char each) {
        return each < '0' || each > '9';
    });
    return kept;
}

// Takes pieces out, ever smaller ones, as long as it still breaks (Zeller's ddmin, by complements).
class shrinking {
public:
    shrinking(const scenario& which, const choice_settings& how, const rerun& found)
        : which_(which), how_(how), wanted_(without_numbers(found.what.broken.front())) {}

    std::vector<deviation> run(std::vector<deviation> from, std::size_t runs_max) {
        fewest_ = std::move(from);
        runs_left_ = runs_max;
        std::size_t pieces = 2;
        while (!fewest_.empty() && runs_left_ > 0) {
            pieces = std::min(pieces, fewest_.size());
            if (leave_out_one_of(pieces))
                pieces = std::max<std::size_t>(pieces - 1, 2);
            else if (pieces < fewest_.size())
                pieces *= 2;
            else
                break;
        }
        return std::move(fewest_);
    }

private:
    // Another promise that breaks on the way is another fault.
    bool breaks_as_wanted(const rerun& tried) const {
        return std::ranges::any_of(tried.what.broken, [this](const std::string& sentence) {
            return without_numbers(sentence) == wanted_;
        });
    }

    bool leave_out_one_of(std::size_t pieces) {
        for (std::size_t piece = 0; piece < pieces && runs_left_ > 0; ++piece) {
            const std::size_t begin = fewest_.size() * piece / pieces;
            const std::size_t end = fewest_.size() * (piece + 1) / pieces;
            std::vector<deviation> rest(
                fewest_.begin(),
                fewest_.begin() + static_cast<std::ptrdiff_t>(begin)
            );
            rest.insert(
                rest.end(),
                fewest_.begin() + static_cast<std::ptrdiff_t>(end),
                fewest_.end()
            );
            --runs_left_;
            rerun tried = play_once(which_, with_only(how_, rest));
            if (!breaks_as_wanted(tried))
                continue;
            // Those that were of no effect are gone too.
            fewest_ = tried.deviations.size() <= rest.size() ? std::move(tried.deviations)
                                                             : std::move(rest);
            return true;
        }
        return false;
    }

    const scenario& which_;
    const choice_settings& how_;
    const std::string wanted_;
    std::size_t runs_left_ = 0;
    std::vector<deviation> fewest_;
};

using hashes = std::unordered_set<std::uint64_t>;

struct sums_of_runs {
    explored& sums;
    hashes& schedules;
    const exploration& how;
};

std::optional<discovery>
look_at(const scenario& which, const choice_settings& how, const sums_of_runs& into) {
    explored& sums = into.sums;
    rerun first = play_once(which, how);
    into.schedules.insert(first.schedule);
    sums.distinct = into.schedules.size();
    const bool is_compared = how.seed % into.how.twice_one_in == 0;
    const rerun second = is_compared ? play_once(which, how) : first;
    sums.plays += is_compared ? 2 : 1;
    ++sums.runs;
    sums.steps += first.steps;
    discovery found;
    found.seed = how.seed;
    found.order = how.order;
    found.after = sums.runs;
    found.deviations = first.deviations.size();
    if (first.hash != second.hash || first.what.broken != second.what.broken) {
        found.broken = {"two runs of one seed were not the same: something is not determined by it"
        };
        return found;
    }
    if (first.what.broken.empty())
        return std::nullopt;
    found.fewest = shrink(which, how, first, into.how.shrinking_runs_max);
    found.broken = std::move(first.what.broken);
    return found;
}

}  // namespace

rerun play_once(const scenario& which, const choice_settings& how) {
    tell_in_assertions(&last_words);
    now_playing = {&which.name, how.seed};
    auto in = std::make_unique<world>(how);
    rerun made;
    made.what = which.play(*in);
    if (in->is_exhausted())
        made.what.broken.emplace_back("it does not come to an end");
    for (const std::string& sentence : made.what.broken)
        in->decisions().fold(sentence);
    made.hash = in->decisions().hash();
    made.schedule = in->decisions().schedule();
    made.steps = in->steps();
    made.deviations = in->decisions().deviations();
    if (made.what.is_stuck)
        keep(std::move(in));
    in.reset();
    now_playing = {};
    return made;
}

choice_settings settings_of(std::uint64_t seed, std::size_t steps_expected) {
    choice_settings made;
    made.seed = seed;
    made.steps_expected = steps_expected;
    if (seed == 0)
        return made;
    made.order = seed % 2 == 1 ? policy::random : policy::pct;
    made.depth = 2 + (seed / 2) % 3;
    made.held_up_one_in = 40;
    return made;
}

std::size_t expected_steps(const scenario& which) {
    return std::max<std::size_t>(play_once(which, settings_of(0, 1)).steps, 1);
}

explored explore(const scenario& which, const exploration& how) {
    explored sums;
    hashes schedules;
    const sums_of_runs into{sums, schedules, how};
    sums.found = look_at(which, settings_of(0, 1), into);
    const std::size_t steps_expected = expected_steps(which);
    std::uint64_t left = how.runs;
    for (std::uint64_t seed = std::max<std::uint64_t>(how.first_seed, 1); left > 0 && !sums.found;
         ++seed) {
        const choice_settings settings = settings_of(seed, steps_expected);
        if (how.only && settings.order != *how.only)
            continue;
        --left;
        sums.found = look_at(which, settings, into);
    }
    return sums;
}

explored replay(const scenario& which, std::uint64_t seed, std::size_t shrinking_runs_max) {
    explored sums;
    const choice_settings settings = settings_of(seed, expected_steps(which));
    hashes schedules;
    exploration how;
    how.shrinking_runs_max = shrinking_runs_max;
    sums.found = look_at(which, settings, {sums, schedules, how});
    return sums;
}

std::vector<deviation> shrink(
    const scenario& which,
    const choice_settings& how,
    const rerun& found,
    std::size_t runs_max
) {
    return shrinking(which, how, found).run(found.deviations, runs_max);
}

std::string report(const scenario& which, const discovery& found) {
    std::string text = "scenario " + which.name + ", seed " + std::to_string(found.seed) + " (" +
                       std::string(trace::to_string(found.order)) + "), schedule " +
                       std::to_string(found.after) + ", program " + trace::program_build_id() +
                       "\n";
    for (const std::string& sentence : found.broken)
        text += "  broken: " + sentence + '\n';
    choice_settings how = settings_of(found.seed, expected_steps(which));
    if (found.fewest) {
        text += "of " + std::to_string(found.deviations) +
                " deviations from FIFO these are enough (" + std::to_string(found.fewest->size()) +
                "):\n";
        for (const deviation& each : *found.fewest)
            text += "  " + told(each) + '\n';
        how.only = found.fewest;
    }
    return text + recorded_play(which, how).text;
}

}  // namespace clarion::sim
