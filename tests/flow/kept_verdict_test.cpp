// What was answered about a suspended run holds when the server dies right after the answer.
#include "tests/flow/approval_flow.hpp"
#include "tests/flow/scripted_flow.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/faulty_log.hpp"

#include <algorithm>
#include <memory>

namespace clarion::flow_test {

namespace {

using std::chrono::seconds;
using support::faulty_log;

const std::string cancel_first = R"({"type":"cancel","thread_id":"t1","message_id":"m1"})";

flow_server::options on(storage::event_log& log, std::size_t runs_active_max) {
    flow_server::options with;
    with.log = &log;
    with.conversations.runs_active_per_user_max = runs_active_max;
    return with;
}

/// A server on `log` whose only run waits for a person.
struct waiting_run {
    explicit waiting_run(storage::event_log& log, std::size_t runs_active_max = 64)
        : runs_max(runs_active_max),
          server(std::make_unique<flow_server>(on(log, runs_max))),
          ada(&server->connect("ada")) {
        approval_id = ask_for_approval(*server, *ada);
        about = run_of(*ada);
    }

    /// Another process has it now.
    void restart(storage::event_log& log) {
        kill(std::move(server));
        server = std::make_unique<flow_server>(on(log, runs_max));
        server->revive_for(seconds(1));
        ada = &server->connect("ada", {from_start});
        server->world().run_for(milliseconds(100));
    }
    void send_and_run(const std::string& frame) const {
        ada->sends(frame);
        server->world().run_for(seconds(1));
    }

    std::size_t runs_max;
    std::unique_ptr<flow_server> server;
    flow_client* ada;
    std::string approval_id;
    failure::context about;
};

std::size_t count_of_terminals(const flow_client& client) {
    const auto is_end = [](const std::string& name) {
        const auto type = protocol::enum_from_name<protocol::event_type>(name);
        return type && protocol::is_terminal(*type);
    };
    const auto types = client.event_types();
    return static_cast<std::size_t>(std::ranges::count_if(types, is_end));
}

/// The only run was ended by the start of this process.
void check_process_lost(const waiting_run& run, std::string_view decision) {
    BOOST_TEST(text_of(payload_of(*run.ada, "agent_error"), "code") == "process_lost");
    BOOST_TEST(text_of(payload_of(*run.ada, "approval_resolved"), "decision") == decision);
    BOOST_TEST(count_of_terminals(*run.ada) == 1U);
    check_run(*run.ada);
    BOOST_TEST(stored_state(*run.server) == "finished");
    support::expect_failure(
        failure::code::process_lost,
        run.server->failures(),
        {.how = failure::severity::error,
         .of = failure::code_class::infrastructure,
         .about = run.about,
         .detail = "next start",
         .from = "core/conversation/conversation_runs.cpp"}
    );
}

storage::thread_row stored_thread(flow_server& server) {
    storage::thread_row found;
    const protocol::thread_key key{"ada", "t1"};
    auto look = [&]() -> task<> {
        const auto row = co_await server.log().open(key);
        found = std::get<std::optional<storage::thread_row>>(row).value();
    };
    server.run(look());
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kept_verdict)

BOOST_AUTO_TEST_CASE(an_accepted_cancel_waits_until_the_log_has_the_run_suspended_no_more) {
    for (const bool restart : {false, true}) {
        BOOST_TEST_CONTEXT("restart: " << restart) {
            faulty_log log;
            waiting_run run(log);
            if (restart)
                run.restart(log);
            log.hold_appends();
            run.send_and_run(cancel_first);
            run.send_and_run(cancel_first);
            BOOST_TEST(run.ada->frames("cancel_result").empty());
            log.let_go();
            run.server->settle();
            const auto verdicts = run.ada->frames("cancel_result");
            BOOST_REQUIRE(verdicts.size() == 2U);
            BOOST_TEST(text_of(verdicts[0], "verdict") == "accepted");
            BOOST_TEST(run.ada->event_types().back() == "agent_cancelled");
            check_run(*run.ada);
        }
    }
}

// The kill comes between the end of the suspension and the terminal.
BOOST_AUTO_TEST_CASE(an_accepted_cancel_of_a_suspended_run_outlives_its_process) {
    for (const bool restart : {false, true}) {
        BOOST_TEST_CONTEXT("restart: " << restart) {
            faulty_log log;
            waiting_run run(log);
            if (restart)
                run.restart(log);
            log.hold_appends(1);
            run.send_and_run(cancel_first);
            BOOST_TEST(text_of(run.ada->only("cancel_result"), "verdict") == "accepted");
            BOOST_TEST(count_of_terminals(*run.ada) == 0U);
            log.lose_held();
            run.restart(log);
            check_process_lost(run, "cancelled");
        }
    }
}

// Whenever it dies, the run is as it was or has ended; what was accepted has ended.
BOOST_AUTO_TEST_CASE(a_cancel_leaves_no_half_ended_run_wherever_the_server_dies) {
    for (std::size_t appends = 0; appends <= 2; ++appends) {
        BOOST_TEST_CONTEXT("appends that were written: " << appends) {
            faulty_log log;
            waiting_run run(log);
            log.hold_appends(appends);
            run.send_and_run(cancel_first);
            const bool was_accepted = !run.ada->frames("cancel_result").empty();
            BOOST_TEST(was_accepted == (appends > 0));
            log.lose_held();
            run.restart(log);
            if (!was_accepted)
                run.send_and_run(approve_frame(run.approval_id, "allow"));
            run.server->settle();
            BOOST_TEST(count_of_terminals(*run.ada) == 1U);
            check_run(*run.ada);
            BOOST_TEST(stored_state(*run.server) == "finished");
        }
    }
}

// Its acceptance is the promise that it comes next, and not behind what it replaces.
BOOST_AUTO_TEST_CASE(a_message_that_interrupts_a_suspended_run_outlives_the_process) {
    for (const std::string policy : {"interrupt", "rollback"}) {
        BOOST_TEST_CONTEXT(policy) {
            faulty_log log;
            waiting_run run(log);
            log.hold_appends(1);
            run.send_and_run(
                R"({"type":"message","thread_id":"t1","message_id":"m2","text":"/calc 1+1",)"
                R"("on_busy":")" +
                policy + R"("})"
            );
            BOOST_TEST(text_of(run.ada->frames("accepted").back(), "state") == "queued");
            log.lose_held();
            run.restart(log);
            run.server->settle();
            BOOST_TEST(text_of(payload_of(*run.ada, "agent_error"), "code") == "process_lost");
            BOOST_TEST(run.ada->frames("agent_completed").size() == 1U);
            BOOST_TEST(stored_state(*run.server) == "finished");
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cancel_of_a_suspended_run_that_cannot_be_written_is_refused) {
    faulty_log log;
    waiting_run run(log);
    log.fill_after(0);
    run.send_and_run(cancel_first);
    BOOST_TEST(run.ada->frames("cancel_result").empty());
    const auto errors = run.ada->frames("error");
    BOOST_TEST(errors.size() == 2U);  // the cancel's, and what all are told
    for (const auto& error : errors)
        BOOST_TEST(text_of(error, "code") == "storage_unavailable");
    log.make_room();
    run.server->world().run_for(seconds(3));
    BOOST_TEST(count_of_terminals(*run.ada) == 1U);
    check_run(*run.ada);
}

// It can still be cancelled there, so `too_late` would be wrong.
BOOST_AUTO_TEST_CASE(a_run_that_a_drain_has_left_is_not_too_late_to_cancel) {
    storage::memory_event_log log;
    waiting_run run(log);
    run.server->run(run.server->home().drain(seconds(20)));
    run.send_and_run(cancel_first);
    BOOST_TEST(run.ada->frames("cancel_result").empty());
    BOOST_TEST(text_of(run.ada->only("error"), "code") == "draining");
    BOOST_TEST(run.ada->only("error").at("retry_after_ms").as_int64() == 1000);
    BOOST_TEST(stored_state(*run.server) == "suspended");
    run.restart(log);
    run.send_and_run(cancel_first);
    BOOST_TEST(text_of(run.ada->only("cancel_result"), "verdict") == "accepted");
    BOOST_TEST(run.ada->event_types().back() == "agent_cancelled");
}

// It had its right to be at work before whatever waited for one.
BOOST_AUTO_TEST_CASE(a_run_that_is_taken_up_waits_for_no_other_run_of_its_user) {
    for (const bool cancels : {false, true}) {
        BOOST_TEST_CONTEXT("cancels: " << cancels) {
            storage::memory_event_log log;
            waiting_run run(log, 1);
            run.send_and_run(
                R"({"type":"message","thread_id":"a","message_id":"m1","text":"/story 100 1000"})"
            );
            run.restart(log);
            run.send_and_run(cancels ? cancel_first : approve_frame(run.approval_id, "allow"));
            const std::string answer = cancels ? "cancel_result" : "approve_result";
            BOOST_TEST(
                text_of(run.ada->only(answer), "verdict") == (cancels ? "accepted" : "resolved")
            );
            BOOST_TEST(
                run.ada->event_types().back() == (cancels ? "agent_cancelled" : "agent_completed")
            );
            check_run(*run.ada);
            BOOST_TEST(run.server->home().active_runs() == 1U);
        }
    }
}

// Its engine had been asked for and had written nothing: nobody knows what it did.
BOOST_AUTO_TEST_CASE(a_run_that_is_lost_behind_its_decision_ends_loudly_and_once) {
    faulty_log log;
    waiting_run run(log);
    log.hold_appends(1);
    run.send_and_run(approve_frame(run.approval_id, "allow"));
    BOOST_TEST(text_of(run.ada->only("approve_result"), "verdict") == "resolved");
    log.lose_held();
    run.restart(log);
    check_process_lost(run, "allow");
    BOOST_TEST(run.ada->frames("tool_executing").empty());
    run.send_and_run(approve_frame(run.approval_id, "deny"));
    BOOST_TEST(text_of(run.ada->only("approve_result"), "verdict") == "not_found");
    BOOST_TEST(count_of_terminals(*run.ada) == 1U);
}

// A row that an earlier version left so would wait for ever.
BOOST_AUTO_TEST_CASE(a_suspended_run_that_waits_for_nobody_is_ended) {
    faulty_log log;
    waiting_run run(log);
    const std::string checkpoint = stored_thread(*run.server).open_runs.front().checkpoint;
    log.hold_appends(1);
    run.send_and_run(cancel_first);
    log.lose_held();
    storage::append_request back;
    const storage::thread_row now = stored_thread(*run.server);
    back.key = {"ada", "t1"};
    back.epoch = now.epoch;
    back.expected_seq = now.last_seq;
    back.now_ms = now.updated_ms;
    back.runs.push_back({run.about.run_id, protocol::run_state::suspended, checkpoint});
    auto write = [&]() -> task<> {
        (void)co_await log.append(std::move(back));
    };
    run.server->run(write());
    BOOST_TEST(stored_state(*run.server) == "suspended");
    run.restart(log);
    BOOST_TEST(text_of(payload_of(*run.ada, "agent_error"), "code") == "process_lost");
    BOOST_TEST(count_of_terminals(*run.ada) == 1U);
    BOOST_TEST(stored_state(*run.server) == "finished");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
