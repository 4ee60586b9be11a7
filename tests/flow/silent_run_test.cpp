// A run from which nothing comes: its user is told, and its deadline ends it.
#include "core/async/sleep.hpp"
#include "tests/flow/approval_flow.hpp"
#include "tests/flow/scripted_flow.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/faulty_log.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>

namespace clarion::flow_test {

namespace {

using agents::completed;
using agents::outcome;
using agents::tool_dispatcher;
using engine::bridge;
using engine::request_scope;
using failure::code;
using failure::code_class;
using failure::severity;
using std::chrono::seconds;
using support::expect_failure;
using support::faulty_log;
using strings = std::vector<std::string>;

constexpr std::string_view run_boundary = "core/engine/run.cpp";

task<> think(bridge& out, std::int64_t step) {
    protocol::agent_thinking thought{"scripted", step, "a plan", std::nullopt};
    (void)co_await out.emit(std::move(thought));
}

/// Thinks, is silent for so long, and completes.
scripted_agent::script silent_for(duration time) {
    return [time](const request_scope&, bridge& out, tool_dispatcher&) -> task<outcome> {
        co_await think(out, 1);
        co_await sleep_for(time);
        co_return outcome(completed{});
    };
}

task<outcome> speak_every_20_s(const request_scope&, bridge& out, tool_dispatcher&) {
    for (std::int64_t step = 1; step <= 10; ++step) {
        co_await think(out, step);
        co_await sleep_for(seconds(20));
    }
    co_return outcome(completed{});
}

task<outcome> work_without_a_word(const request_scope&, bridge& out, tool_dispatcher&) {
    co_await think(out, 1);
    for (int piece = 0; piece < 10; ++piece) {
        co_await sleep_for(seconds(20));
        out.note_at_work();
    }
    co_return outcome(completed{});
}

task<outcome> fall_silent_twice(const request_scope&, bridge& out, tool_dispatcher&) {
    for (std::int64_t step = 1; step <= 2; ++step) {
        co_await think(out, step);
        co_await sleep_for(seconds(40));
    }
    co_return outcome(completed{});
}

task<outcome> fall_silent_in_a_sentence(const request_scope&, bridge& out, tool_dispatcher&) {
    co_await think(out, 1);
    (void)co_await out.delta("scripted", "m_x", "half a ");
    co_await sleep_for(seconds(40));
    (void)co_await out.delta("scripted", "m_x", "sentence");
    co_return outcome(completed{});
}

task<outcome> think_after_a_second(const request_scope&, bridge& out, tool_dispatcher&) {
    co_await sleep_for(seconds(1));
    co_await think(out, 1);
    co_return outcome(completed{});
}

const agents::tool_call guarded{"guarded_tool", {R"({"text":"go"})"}};

task<outcome> ask_a_person(const request_scope&, bridge&, tool_dispatcher& tools) {
    std::vector<agents::tool_call> calls{guarded};
    (void)co_await tools.call(std::move(calls));
    co_return outcome(completed{});
}

/// Does something at a moment.
class at_moment final : public timer_entry {
public:
    at_moment(sim::world& in, duration from_now, std::function<void()> then)
        : in_(in), then_(std::move(then)) {
        in_.arm(*this, in_.now() + from_now);
    }
    ~at_moment() override { in_.disarm(*this); }

    void expired() override { then_(); }

private:
    sim::world& in_;
    std::function<void()> then_;
};

strings messages(const flow_client& client) {
    strings all;
    for (const auto& update : client.frames("progress_update"))
        all.push_back(text_of(update.at("payload").as_object(), "message"));
    return all;
}

/// Seconds from `agent_started` to each progress_update.
std::vector<std::int64_t> told_after_s(const flow_client& client) {
    std::vector<std::int64_t> all;
    const std::int64_t started = client.only("agent_started").at("timestamp").as_int64();
    for (const auto& update : client.frames("progress_update"))
        all.push_back((update.at("timestamp").as_int64() - started) / 1000);
    return all;
}

/// One terminal, and nothing behind it.
std::string terminal_of(const flow_client& client) {
    const strings types = client.event_types();
    const auto terminals = std::ranges::count_if(types, [](const std::string& type) {
        return type == "agent_completed" || type == "agent_error" || type == "agent_cancelled";
    });
    BOOST_TEST(terminals == 1);
    return types.back();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(silent_runs)

BOOST_AUTO_TEST_CASE(a_silent_run_tells_its_user_and_the_ledger_once) {
    flow_server server(with_script(silent_for(seconds(45))));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(
        messages(ada) ==
            strings{"nothing has come from the agent for 30 s; the run is ended in 570 s"},
        boost::test_tools::per_element()
    );
    BOOST_TEST(payload_of(ada, "progress_update").size() == 1U);
    BOOST_TEST(terminal_of(ada) == "agent_completed");
    expect_failure(
        code::run_silent,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "nothing has come from the agent for 30 s",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_run_that_stays_silent_is_ended_by_its_deadline) {
    flow_server server(with_script(silent_for(std::chrono::hours(2))));
    flow_client& ada = ask_scripted(server);
    server.settle();
    const std::vector<std::int64_t> expected{30, 60, 120, 240, 480};
    BOOST_TEST(told_after_s(ada) == expected, boost::test_tools::per_element());
    BOOST_TEST(terminal_of(ada) == "agent_error");
    BOOST_TEST(text_of(payload_of(ada, "agent_error"), "code") == "deadline");
    BOOST_TEST(server.failures().count(code::run_silent) == 1U);
    expect_failure(
        code::run_deadline,
        server.failures(),
        {.how = severity::error,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "did not end within 600 s",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(an_agent_that_speaks_is_never_called_silent) {
    flow_server server(with_script(speak_every_20_s));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(messages(ada).empty());
    BOOST_TEST(terminal_of(ada) == "agent_completed");
    BOOST_TEST(server.failures().count(code::run_silent) == 0U);
}

// Such as one whose model writes a long argument of a call.
BOOST_AUTO_TEST_CASE(an_agent_that_has_nothing_to_show_yet_is_not_silent) {
    flow_server server(with_script(work_without_a_word));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(messages(ada).empty());
    BOOST_TEST(terminal_of(ada) == "agent_completed");
}

BOOST_AUTO_TEST_CASE(each_silence_counts_from_its_own_beginning) {
    flow_server server(with_script(fall_silent_twice));
    flow_client& ada = ask_scripted(server);
    server.settle();
    const std::vector<std::int64_t> expected{30, 70};
    BOOST_TEST(told_after_s(ada) == expected, boost::test_tools::per_element());
    BOOST_TEST(server.failures().count(code::run_silent) == 2U);
}

BOOST_AUTO_TEST_CASE(a_text_goes_on_behind_a_silence) {
    flow_server server(with_script(fall_silent_in_a_sentence));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(messages(ada).size() == 1U);
    BOOST_TEST(text_of(payload_of(ada, "assistant_message"), "text") == "half a sentence");
    BOOST_TEST(terminal_of(ada) == "agent_completed");
}

BOOST_AUTO_TEST_CASE(a_run_that_waits_for_a_person_is_not_silent) {
    flow_server server(with_script(ask_a_person));
    flow_client& ada = ask_scripted(server);
    server.world().run_for(seconds(500));
    BOOST_TEST(messages(ada).empty());
    ada.sends(approve_frame(approval_id_of(ada), "deny"));
    server.settle();
    BOOST_TEST(messages(ada).empty());
    BOOST_TEST(terminal_of(ada) == "agent_completed");
}

BOOST_AUTO_TEST_CASE(an_agent_that_waits_for_the_log_is_not_silent) {
    faulty_log log;
    auto with = with_script(think_after_a_second);
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = ask_scripted(server);
    server.settle([&ada] { return !ada.frames("agent_started").empty(); });
    log.hold_appends();
    server.world().run_for(seconds(100));
    log.let_go();
    server.settle();
    BOOST_TEST(messages(ada).empty());
    BOOST_TEST(server.failures().count(code::run_silent) == 0U);
    BOOST_TEST(terminal_of(ada) == "agent_completed");
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_is_no_watch) {
    auto with = with_script(silent_for(seconds(500)));
    with.conversations.runs.silence = duration(0);
    flow_server server(std::move(with));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(messages(ada).empty());
    BOOST_TEST(terminal_of(ada) == "agent_completed");
}

// A cancel and the watch, and with every other seed the agent's own end, in the same moment and in
// many orders.
BOOST_AUTO_TEST_CASE(whatever_comes_at_the_moment_of_telling_the_run_ends_once) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const bool ends_too = seed % 2 == 0;
        auto with = with_script(silent_for(ends_too ? seconds(30) : seconds(50)));
        with.seed = seed;
        with.order = sim::policy::random;
        flow_server server(std::move(with));
        flow_client& ada = ask_scripted(server);
        server.settle([&ada] { return !ada.frames("agent_thinking").empty(); });
        at_moment cancels(server.world(), seconds(30), [&ada] {
            ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
        });
        server.settle();
        BOOST_TEST_CONTEXT("seed " << seed) {
            const std::string terminal = terminal_of(ada);
            BOOST_TEST(
                (terminal == "agent_cancelled" || (ends_too && terminal == "agent_completed"))
            );
            BOOST_TEST(messages(ada).size() <= 1U);
            BOOST_TEST(ada.frames("cancel_result").size() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_deadline_at_the_moment_of_telling_wins) {
    auto with = with_script(silent_for(std::chrono::hours(1)));
    with.conversations.runs.deadline = seconds(30);
    flow_server server(std::move(with));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(messages(ada).empty());
    BOOST_TEST(text_of(payload_of(ada, "agent_error"), "code") == "deadline");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
