#include "core/agents/demo/demo_tools.hpp"
#include "core/async/first_of.hpp"
#include "core/async/latch.hpp"
#include "core/async/sleep.hpp"
#include "tests/unit/core/agents/dispatcher_fixture.hpp"

#include <boost/test/unit_test.hpp>

// Time-outs, cancels, and tools that hear them or do not.
namespace clarion::agents::test {

using protocol::tool_outcome;

namespace {

struct deaf_tool_state {
    latch let_go;
    std::size_t begun = 0;
    std::size_t ended = 0;
};

task<tool_result> ignore_cancellation(deaf_tool_state& state) {
    ++state.begun;
    co_await state.let_go.wait();
    ++state.ended;
    co_return value_of(R"("too late")");
}

support::scripted_tool::script deaf(deaf_tool_state& state) {
    return [&state](engine::request_scope_ptr, boost::json::object) {
        return ignore_cancellation(state);
    };
}

task<tool_result> sleep_an_hour(std::size_t& begun) {
    ++begun;
    co_await sleep_for(std::chrono::hours(1));
    co_return value_of("null");
}

support::scripted_tool::script sleeper(std::size_t& begun) {
    return [&begun](engine::request_scope_ptr, boost::json::object) {
        return sleep_an_hour(begun);
    };
}

/// Works for so many seconds, and tells each of them.
class telling_tool final : public tool {
public:
    explicit telling_tool(int seconds) : seconds_(seconds) {
        spec_.name = "telling";
        spec_.parameters = {"{}"};
        spec_.timeout = std::chrono::seconds(2);
    }
    const tool_spec& spec() const override { return spec_; }
    std::optional<protocol::field_error> check_arguments(const boost::json::object&)
        const override {
        return std::nullopt;
    }
    task<tool_result> call(engine::request_scope_ptr, boost::json::object) const override {
        co_return value_of("null");
    }
    task<tool_result> call_telling(
        engine::request_scope_ptr,
        boost::json::object,
        ports::progress_sink tell
    ) const override {
        for (int second = 1; second <= seconds_; ++second) {
            co_await sleep_for(std::chrono::seconds(1));
            tell({double(second), double(seconds_), ""});
            tell({double(second), double(seconds_), "once more"});  // too soon to be shown
        }
        co_return value_of("\"done\"");
    }

private:
    tool_spec spec_;
    int seconds_;
};

bool is_aborted(const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
}

task<> give_up_after(
    tool_dispatcher& dispatcher,
    std::vector<tool_call> calls,
    duration patience,
    bool& gave_up
) {
    const executor on = co_await asio::this_coro::executor;
    const auto answers =
        co_await before(on.owner().now() + patience, dispatcher.call(std::move(calls)));
    gave_up = !answers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_timeout)

BOOST_AUTO_TEST_CASE(progress_is_shown_and_gives_more_time) {
    dispatcher_fixture f;
    f.add(std::make_unique<telling_tool>(8));
    const tool_ending ending = f.call("telling");
    BOOST_TEST((ending.outcome == tool_outcome::ok));
    const auto told = f.run.all<protocol::progress_update>();
    BOOST_REQUIRE(told.size() == 8U);
    BOOST_TEST(told.front().message == "telling: 1 of 8");
    BOOST_TEST(told.front().percent.value() == 12);
    BOOST_TEST(told.back().percent.value() == 100);
}

BOOST_AUTO_TEST_CASE(progress_gives_no_time_without_end) {
    dispatcher_fixture f;
    f.add(std::make_unique<telling_tool>(1000));
    const tool_ending ending = f.call("telling");
    BOOST_TEST((ending.outcome == tool_outcome::timeout));
    BOOST_TEST(((f.elapsed() == std::chrono::seconds(2) * timeout_growth_max)));
}

BOOST_AUTO_TEST_CASE(a_tool_that_hears_its_time_out_is_gone_with_it) {
    dispatcher_fixture f;
    f.add(demo::make_sleeping_tool());
    const tool_ending ending = f.call("sleeping_tool");
    BOOST_TEST((ending.outcome == tool_outcome::timeout));
    BOOST_TEST(ending.error.value() == "sleeping_tool did not finish within 2000 ms");
    BOOST_TEST(f.completed().at(0).duration_ms == 2000);
    BOOST_TEST((f.elapsed() == milliseconds(2000)));
    f.run.world().run_for(duration(0));
    BOOST_TEST(f.run.calls().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_tool_that_ignores_its_time_out_holds_nobody_up_and_is_a_straggler) {
    deaf_tool_state state;
    dispatcher_fixture f;
    f.add("deaf", deaf(state), milliseconds(2000));
    const tool_ending ending = f.call("deaf");
    BOOST_TEST((ending.outcome == tool_outcome::timeout));
    BOOST_TEST((f.elapsed() == milliseconds(2000)));
    f.run.world().run_for(std::chrono::seconds(60));
    BOOST_TEST(f.run.calls().size() == 1U);

    state.let_go.open();
    f.run.world().run_for(duration(0));
    BOOST_TEST(state.ended == 1U);
    BOOST_TEST(f.run.calls().size() == 0U);
    BOOST_TEST(f.completed().size() == 1U);
    BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
}

BOOST_AUTO_TEST_CASE(a_straggler_makes_room_for_the_next_call) {
    deaf_tool_state state;
    dispatcher_fixture f;
    f.limits.parallel_tools_max = 1;
    f.add("deaf", deaf(state), milliseconds(50));
    f.add(tools::make_clock());
    const auto answers = f.call(std::vector<tool_call>{{"deaf", {}}, {"clock", {}}});
    BOOST_TEST((answers[0].ending.outcome == tool_outcome::timeout));
    BOOST_TEST((answers[1].ending.outcome == tool_outcome::ok));
    state.let_go.open();
}

BOOST_AUTO_TEST_CASE(one_time_out_leaves_the_other_calls_alone) {
    std::size_t begun = 0;
    dispatcher_fixture f;
    f.add("short", sleeper(begun), milliseconds(10));
    f.add("long", sleeper(begun), milliseconds(500));
    const auto answers = f.call(std::vector<tool_call>{{"short", {}}, {"long", {}}});
    BOOST_TEST(answers[0].ending.error.value() == "short did not finish within 10 ms");
    BOOST_TEST(answers[1].ending.error.value() == "long did not finish within 500 ms");
    BOOST_TEST((f.elapsed() == milliseconds(500)));
}

BOOST_AUTO_TEST_CASE(a_cancel_stops_the_tools_and_leaves_their_completion_to_the_closer) {
    std::size_t begun = 0;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(begun));
    f.start({{"sleeper", {}}, {"sleeper", {}}});
    f.run.world().run_for(milliseconds(100));
    BOOST_TEST(begun == 2U);
    f.run.cancel();
    BOOST_CHECK_EXCEPTION(f.run.finish(), boost::system::system_error, is_aborted);
    BOOST_TEST((f.elapsed() == milliseconds(100)));
    f.run.world().run_for(duration(0));
    BOOST_TEST(f.run.calls().size() == 0U);
    BOOST_TEST(f.completed().empty());

    f.run.close(engine::run_cancelled{});
    BOOST_TEST(f.completed().size() == 2U);
    BOOST_TEST((f.completed().at(0).outcome == tool_outcome::cancelled));
    BOOST_TEST(f.run.types().back() == "agent_cancelled");
}

BOOST_AUTO_TEST_CASE(a_cancel_does_not_wait_for_a_tool_that_ignores_it) {
    deaf_tool_state state;
    dispatcher_fixture f;
    f.add("deaf", deaf(state));
    f.start({{"deaf", {}}, {"deaf", {}}});
    f.run.world().run_for(milliseconds(100));
    f.run.cancel();
    BOOST_CHECK_EXCEPTION(f.run.finish(), boost::system::system_error, is_aborted);
    BOOST_TEST((f.elapsed() == milliseconds(100)));
    BOOST_TEST(f.run.calls().size() == 2U);
    state.let_go.open();
    f.run.world().run_for(duration(0));
    BOOST_TEST(f.run.calls().size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancel_during_the_commit_keeps_the_tool_from_beginning) {
    std::size_t begun = 0;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(begun));
    f.run.sink().hold();
    f.start({{"sleeper", {}}});
    f.run.world().run();
    f.run.cancel();
    f.run.world().run();
    BOOST_TEST(!f.run.has_ended());
    f.run.sink().release();
    BOOST_CHECK_EXCEPTION(f.run.finish(), boost::system::system_error, is_aborted);
    f.run.world().run();
    BOOST_TEST(begun == 0U);
    BOOST_TEST(f.executing().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_after_it_gave_up_on_a_call) {
    std::size_t begun = 0;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(begun));
    f.add(tools::make_clock());
    bool gave_up = false;
    f.run.run(give_up_after(f.dispatcher(), {{"sleeper", {}}}, milliseconds(40), gave_up));
    BOOST_TEST(gave_up);
    BOOST_TEST((f.elapsed() == milliseconds(40)));
    BOOST_TEST((f.call("clock").outcome == tool_outcome::ok));
    f.run.world().run_for(duration(0));
    BOOST_TEST(f.run.calls().size() == 0U);
    BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
    BOOST_TEST(f.completed().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_shutdown_of_the_calls_ends_them_as_cancelled_and_nobody_waits_for_ever) {
    std::size_t begun = 0;
    dispatcher_fixture f;
    f.add("sleeper", sleeper(begun));
    f.start({{"sleeper", {}}});
    f.run.world().run_for(milliseconds(5));
    f.run.calls().cancel();
    f.run.finish();
    BOOST_TEST((f.completed().at(0).outcome == tool_outcome::cancelled));
    BOOST_TEST(f.completed().at(0).error.value() == "the call was cancelled");
    BOOST_TEST(f.completed().at(0).duration_ms == 5);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
