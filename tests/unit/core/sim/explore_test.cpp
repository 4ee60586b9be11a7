// The explorer on the oldest fault there is: a session whose registration runs beside its reader.
#include "core/sim/explore.hpp"

#include "core/async/ask.hpp"
#include "core/async/task_group.hpp"
#include "core/sim/recorded_play.hpp"
#include "core/trace/mark.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace clarion;

struct session {
    std::string id;
    bool is_registered = false;
    bool was_early = false;
};

task<> at_the_registry() {
    co_return;
}

task<> registers(session& it, executor registry) {
    co_await ask(registry, at_the_registry());
    it.is_registered = true;
    trace::mark("registered", it.id);
}

task<> reads(session& it, executor network) {
    for (int hop = 0; hop < 4; ++hop)
        co_await ask(network, at_the_registry());
    trace::mark("message", it.id);
    it.was_early = !it.is_registered;
}

task<> in_order(session& it, executor registry, executor network) {
    co_await registers(it, registry);
    co_await reads(it, network);
}

enum class build { right, wrong };

sim::played play(sim::world& in, build how) {
    session it{"c_1"};
    session another{"c_2"};
    const executor registry = in.add_shard();
    const executor network = in.add_shard();
    task_group group(in.add_shard());
    if (how == build::right) {
        group.spawn(in_order(it, registry, network));
        group.spawn(in_order(another, registry, network));
    } else {
        group.spawn(registers(it, registry));
        group.spawn(reads(it, network));
    }
    in.run();
    sim::played made;
    if (it.was_early || another.was_early)
        made.broken.emplace_back("a message came before the registration");
    return made;
}

sim::scenario scenario_of(build how) {
    return {"toy", "", [how](sim::world& in) {
                return play(in, how);
            }};
}

task<> runs_for_ever(executor elsewhere) {
    while (true)
        co_await ask(elsewhere, at_the_registry());
}

sim::exploration thousand(std::optional<sim::policy> only = {}) {
    sim::exploration how;
    how.runs = 1000;
    how.only = only;
    return how;
}

bool has(const sim::recorded& made, trace::rule wanted) {
    return std::ranges::any_of(made.lints, [wanted](const trace::finding& each) {
        return each.broken == wanted;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exploration)

BOOST_AUTO_TEST_CASE(what_is_right_holds_under_every_schedule) {
    const sim::explored sums = sim::explore(scenario_of(build::right), thousand());
    BOOST_TEST(!sums.found.has_value());
    BOOST_TEST(sums.runs == 1001U);  // FIFO comes first
    BOOST_TEST(sums.distinct > 1U);
}

BOOST_AUTO_TEST_CASE(a_race_is_found_by_either_policy_and_shrunk_and_its_seed_replays) {
    const sim::scenario wrong = scenario_of(build::wrong);
    for (const sim::policy policy : {sim::policy::random, sim::policy::pct}) {
        const sim::explored sums = sim::explore(wrong, thousand(policy));
        BOOST_REQUIRE(sums.found.has_value());
        BOOST_TEST((sums.found->order == policy));
        BOOST_TEST(sums.found->after > 1U);  // not by FIFO
        BOOST_REQUIRE(sums.found->fewest.has_value());
        BOOST_TEST(!sums.found->fewest->empty());
        BOOST_TEST(sums.found->fewest->size() <= sums.found->deviations);

        const sim::explored again = sim::replay(wrong, sums.found->seed);
        BOOST_REQUIRE(again.found.has_value());
        BOOST_TEST(again.found->broken == sums.found->broken);
        BOOST_TEST((*again.found->fewest == *sums.found->fewest));
    }
}

BOOST_AUTO_TEST_CASE(none_of_what_is_left_can_be_left_out) {
    const sim::scenario wrong = scenario_of(build::wrong);
    const sim::explored sums = sim::explore(wrong, thousand());
    BOOST_REQUIRE(sums.found.has_value() && sums.found->fewest.has_value());
    sim::choice_settings how = sim::settings_of(sums.found->seed, sim::expected_steps(wrong));
    for (std::size_t out = 0; out < sums.found->fewest->size(); ++out) {
        how.only = sums.found->fewest;
        how.only->erase(how.only->begin() + static_cast<std::ptrdiff_t>(out));
        BOOST_TEST(sim::play_once(wrong, how).what.broken.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_run_that_went_well_shows_the_race_to_the_lints) {
    const sim::choice_settings fifo = sim::settings_of(0, 1);
    const sim::recorded wrong = sim::recorded_play(scenario_of(build::wrong), fifo);
    BOOST_TEST(wrong.run.what.broken.empty());
    BOOST_TEST(has(wrong, trace::rule::message_unordered_registered));
    const sim::recorded right = sim::recorded_play(scenario_of(build::right), fifo);
    BOOST_TEST(right.lints.empty());
}

BOOST_AUTO_TEST_CASE(what_a_seed_does_not_determine_is_found_too) {
    std::uint64_t runs = 0;
    const sim::scenario restless{"restless", "", [&runs](sim::world& in) {
                                     in.decisions().fold(++runs);
                                     return sim::played();
                                 }};
    const sim::explored sums = sim::explore(restless, thousand());
    BOOST_REQUIRE(sums.found.has_value());
    BOOST_TEST(!sums.found->fewest.has_value());
    BOOST_TEST(sums.runs == 1U);
}

BOOST_AUTO_TEST_CASE(what_does_not_end_is_given_up_and_told) {
    const sim::scenario endless{"endless", "", [](sim::world& in) {
                                    const executor elsewhere = in.add_shard();
                                    const executor here = in.add_shard();
                                    asio::co_spawn(here, runs_for_ever(elsewhere), [](auto) {});
                                    in.run();
                                    return sim::played();
                                }};
    sim::choice_settings how = sim::settings_of(1, 100);
    how.steps_max = 1000;
    const sim::rerun made = sim::play_once(endless, how);
    BOOST_TEST(made.what.broken == std::vector<std::string>{"it does not come to an end"});
    BOOST_TEST(made.steps == 1000U);
}

BOOST_AUTO_TEST_CASE(a_report_names_seed_build_promise_deviations_and_shows_the_timeline) {
    const sim::scenario wrong = scenario_of(build::wrong);
    const sim::explored sums = sim::explore(wrong, thousand());
    BOOST_REQUIRE(sums.found.has_value());
    const std::string text = sim::report(wrong, *sums.found);
    for (const std::string& part :
         {std::string("scenario toy, seed ") + std::to_string(sums.found->seed),
          std::string("program "),
          std::string("broken: a message came before the registration"),
          std::string("deviations from FIFO these are enough"),
          sim::told(sums.found->fewest->front()),
          std::string("lint message_before_registered"),
          std::string("timeline:")})
        BOOST_TEST(text.find(part) != std::string::npos, part << " is not in\n" << text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(shards_of_a_world)

BOOST_AUTO_TEST_CASE(each_keeps_its_order_and_any_may_come_first) {
    bool second_first = false;
    for (std::uint64_t seed = 1; seed < 60; ++seed) {
        sim::world world(seed, sim::policy::random);
        const executor one = world.add_shard();
        const executor other = world.add_shard();
        std::string ran;
        for (const char letter : {'a', 'b', 'c'}) {
            one.execute([&ran, letter] { ran += letter; });
            other.execute([&ran, letter] { ran += static_cast<char>(letter - 'a' + 'A'); });
        }
        world.run();
        std::string lower;
        std::string upper;
        for (const char letter : ran)
            (letter >= 'a' ? lower : upper) += letter;
        BOOST_TEST(lower == "abc");
        BOOST_TEST(upper == "ABC");
        second_first = second_first || ran.front() == 'A';
    }
    BOOST_TEST(second_first);
}

BOOST_AUTO_TEST_CASE(each_is_the_current_one_while_its_functions_and_timers_run) {
    sim::world world;
    const executor one = world.add_shard();
    scheduler* seen = nullptr;
    one.execute([&seen] { seen = scheduler::current(); });
    world.run();
    BOOST_TEST(seen == &one.owner());

    class alarm final : public timer_entry {
    public:
        void expired() override { rang_on = scheduler::current(); }
        scheduler* rang_on = nullptr;
    };
    alarm clock;
    one.owner().arm(clock, world.now() + milliseconds(5));
    world.run();
    BOOST_TEST(clock.rang_on == &one.owner());
}

BOOST_AUTO_TEST_SUITE_END()
