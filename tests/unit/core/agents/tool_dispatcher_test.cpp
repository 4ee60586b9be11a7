#include "core/agents/demo/demo_tools.hpp"
#include "core/async/sleep.hpp"
#include "tests/unit/core/agents/dispatcher_fixture.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace clarion::agents::test {

using protocol::tool_outcome;

namespace {

// What the scripted tools of this file note down.
struct ledger {
    std::size_t begun = 0;
    std::size_t running = 0;
    std::size_t running_max = 0;
    std::size_t stopped = 0;
    std::vector<std::string> events_at_begin;
};

class at_work {
public:
    explicit at_work(ledger& in) : in_(in) {
        ++in_.begun;
        in_.running_max = std::max(in_.running_max, ++in_.running);
    }
    ~at_work() {
        --in_.running;
        in_.stopped += !finished;
    }
    bool finished = false;

private:
    ledger& in_;
};

/// Sleeps for the `ms` of its arguments, then answers with them.
task<tool_result> sleep_ms(ledger& in, boost::json::object arguments) {
    at_work work(in);
    co_await sleep_for(milliseconds(arguments.at("ms").to_number<int>()));
    work.finished = true;
    co_return value_of(boost::json::serialize(arguments));
}

support::scripted_tool::script sleeper(ledger& in) {
    return [&in](engine::request_scope_ptr, boost::json::object arguments) {
        return sleep_ms(in, std::move(arguments));
    };
}

task<tool_result> answer_at_once(dispatcher_fixture& f, ledger& in) {
    in.events_at_begin = f.run.types();
    co_return value_of("true");
}

std::vector<tool_call> naps(std::initializer_list<int> times_ms) {
    std::vector<tool_call> calls;
    for (const int ms : times_ms)
        calls.push_back({"sleeper", {R"({"ms":)" + std::to_string(ms) + "}"}});
    return calls;
}

template <class Event>
std::vector<std::string> ids_of(const std::vector<Event>& events) {
    std::vector<std::string> ids;
    for (const Event& event : events)
        ids.push_back(event.tool_call_id);
    return ids;
}

/// A straggler is not open any more: its pair is complete.
std::size_t open_pairs_max(const std::vector<std::string>& types) {
    std::size_t open = 0;
    std::size_t most = 0;
    for (const std::string& type : types) {
        open += type == "tool_executing";
        open -= type == "tool_completed";
        most = std::max(most, open);
    }
    return most;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_dispatcher_)

BOOST_AUTO_TEST_CASE(a_tool_begins_when_its_executing_is_committed_and_is_completed_after_it_ends) {
    ledger in;
    dispatcher_fixture f;
    f.add("quick", [&](engine::request_scope_ptr, boost::json::object) {
        return answer_at_once(f, in);
    });
    f.run.sink().hold();
    f.start({{"quick", {R"({"a":1})"}}});
    f.run.world().run();
    BOOST_TEST(in.events_at_begin.empty());

    f.run.sink().release();
    f.run.finish();
    const std::vector<std::string> begun{"agent_started", "tool_executing"};
    BOOST_TEST(in.events_at_begin == begun, boost::test_tools::per_element());
    const std::vector<std::string> ended{"agent_started", "tool_executing", "tool_completed"};
    BOOST_TEST(f.run.types() == ended, boost::test_tools::per_element());

    const auto executing = f.executing().at(0);
    BOOST_TEST(executing.agent_name == "demo");
    BOOST_TEST(executing.tool_name == "quick");
    BOOST_TEST(executing.arguments.text == R"({"a":1})");
    const auto completed = f.completed().at(0);
    BOOST_TEST(completed.tool_call_id == executing.tool_call_id);
    BOOST_TEST(completed.tool_name == "quick");
    BOOST_TEST(completed.result.value().text == "true");
    BOOST_TEST(!completed.error);
}

BOOST_AUTO_TEST_CASE(answers_keep_the_order_of_the_calls_and_events_that_of_the_endings) {
    ledger in;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(in));
    const auto answers = f.call(naps({30, 10, 20}));

    const auto executing = ids_of(f.executing());
    BOOST_TEST(ids_of(answers) == executing, boost::test_tools::per_element());
    BOOST_TEST(answers[0].ending.result.value().text == R"({"ms":30})");
    BOOST_TEST(answers[1].ending.result.value().text == R"({"ms":10})");
    const std::vector<std::string> by_ending{executing[1], executing[2], executing[0]};
    BOOST_TEST(ids_of(f.completed()) == by_ending, boost::test_tools::per_element());
    std::vector<std::int64_t> times;
    for (const auto& completed : f.completed())
        times.push_back(completed.duration_ms);
    const std::vector<std::int64_t> expected{10, 20, 30};
    BOOST_TEST(times == expected, boost::test_tools::per_element());
    BOOST_TEST((f.elapsed() == milliseconds(30)));
}

BOOST_AUTO_TEST_CASE(a_completion_is_committed_when_its_tool_ends_and_not_with_the_last) {
    ledger in;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(in));
    f.start(naps({1000, 10}));
    f.run.world().run_for(milliseconds(10));
    BOOST_TEST(f.completed().size() == 1U);
    f.run.finish();
}

BOOST_AUTO_TEST_CASE(no_more_than_the_bound_run_at_once) {
    ledger in;
    dispatcher_fixture f;
    f.limits.parallel_tools_max = 3;
    f.add("sleeper", sleeper(in));
    const auto answers = f.call(naps({10, 10, 10, 10, 10, 10, 10, 10}));
    BOOST_TEST(answers.size() == 8U);
    BOOST_TEST(in.running_max == 3U);
    BOOST_TEST((f.elapsed() == milliseconds(30)));
}

BOOST_AUTO_TEST_CASE(all_within_the_bound_are_announced_before_the_first_has_ended) {
    dispatcher_fixture f;
    f.limits.parallel_tools_max = 64;
    f.add(tools::make_text_stats());
    f.call(std::vector<tool_call>(64, tool_call{"text_stats", {R"({"text":"x"})"}}));
    const auto types = f.run.types();
    const auto first_end = std::ranges::find(types, "tool_completed");
    BOOST_TEST(std::count(types.begin(), first_end, "tool_executing") == 64);
}

BOOST_AUTO_TEST_CASE(no_calls_have_no_answers_and_no_events) {
    dispatcher_fixture f;
    BOOST_TEST(f.call(std::vector<tool_call>()).empty());
    BOOST_TEST(f.executing().empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_stops_what_runs_and_what_would_follow) {
    ledger in;
    dispatcher_fixture f;
    f.limits.parallel_tools_max = 2;
    f.add("sleeper", sleeper(in));
    f.start(naps({10, 5000, 10, 10}));
    f.run.world().run_for(milliseconds(5));
    f.run.sink().break_down();
    f.run.finish();

    const auto& refused = std::get<engine::refusal>(f.answers.value());
    BOOST_TEST((refused.why == engine::refusal::cause::storage));
    BOOST_TEST(refused.message == "the disk is full");
    BOOST_TEST((f.elapsed() == milliseconds(10)));
    BOOST_TEST(in.begun == 2U);
    f.run.world().run_for(milliseconds(1));
    BOOST_TEST(in.stopped == 1U);
    BOOST_TEST(f.run.calls().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_refused_executing_keeps_its_tool_from_beginning) {
    ledger in;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(in));
    f.run.sink().break_down();
    f.start(naps({10, 10}));
    f.run.finish();
    BOOST_TEST(std::holds_alternative<engine::refusal>(f.answers.value()));
    BOOST_TEST(in.begun == 0U);
}

BOOST_AUTO_TEST_CASE(tools_ms_is_the_time_in_which_at_least_one_ran) {
    ledger in;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(in));
    f.call(naps({10, 30, 20}));
    BOOST_TEST(f.dispatcher().tools_ms() == 30);
    f.run.world().run_for(milliseconds(500));
    f.call(naps({7}));
    BOOST_TEST(f.dispatcher().tools_ms() == 37);
    f.start(naps({1000}));
    f.run.world().run_for(milliseconds(100));
    f.run.cancel();
    BOOST_CHECK_THROW(f.run.finish(), boost::system::system_error);
    BOOST_TEST(f.dispatcher().tools_ms() == 137);
}

BOOST_AUTO_TEST_CASE(any_schedule_keeps_pairs_order_and_bound) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            support::recorded_run_options with;
            with.seed = seed;
            with.order = sim::policy::random;
            ledger in;
            dispatcher_fixture f(std::move(with));
            f.limits.parallel_tools_max = 1 + seed % 4;
            f.add("sleeper", sleeper(in), milliseconds(15));
            const auto answers = f.call(naps({0, 20, 1, 1, 0, 3, 20, 2, 0}));
            BOOST_TEST(open_pairs_max(f.run.types()) <= f.limits.parallel_tools_max);
            BOOST_TEST(answers[1].ending.error.has_value());
            BOOST_TEST(answers[8].ending.result.value().text == R"({"ms":0})");
            auto begun = ids_of(f.executing());
            auto ended = ids_of(f.completed());
            std::ranges::sort(begun);
            std::ranges::sort(ended);
            BOOST_TEST(begun == ended, boost::test_tools::per_element());
            f.run.world().run_for(milliseconds(1));
            BOOST_TEST(f.run.calls().size() == 0U);
            BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
