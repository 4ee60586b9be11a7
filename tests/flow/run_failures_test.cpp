// Each failure of a run, by its real cause, and its whole record.
#include "core/async/sleep.hpp"
#include "tests/flow/scripted_flow.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

namespace {

using namespace clarion;
using agents::completed;
using agents::outcome;
using agents::tool_dispatcher;
using engine::bridge;
using engine::request_scope;
using failure::code;
using failure::code_class;
using failure::severity;
using flow_test::run_of;
using flow_test::with_script;
using support::expect_failure;
using support::faulty_log;
using support::flow_client;
using support::flow_server;

constexpr std::string_view run_boundary = "core/engine/run.cpp";
constexpr std::string_view journal = "core/engine/run_journal.cpp";
constexpr std::string_view line_of_runs = "core/conversation/conversation_runs.cpp";

const std::string ask_scripted =
    R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"scripted"})";

flow_server::options on(storage::event_log& log) {
    flow_server::options with;
    with.log = &log;
    return with;
}

std::int64_t seq_of(const flow_client& client, std::string_view type) {
    return client.only(type).at("seq").as_int64();
}

task<outcome> complete_at_once(const request_scope&, bridge&, tool_dispatcher&) {
    co_return outcome(completed{});
}

task<outcome>
answer_a_tool_that_was_never_called(const request_scope&, bridge& out, tool_dispatcher&) {
    protocol::tool_completed nonsense{
        .agent_name = "scripted",
        .tool_call_id = "t_never_started",
        .tool_name = "calculator",
        .outcome = protocol::tool_outcome::ok,
        .result = protocol::json_text{"1"},
        .error = std::nullopt,
        .duration_ms = 1,
        .parent_tool_call_id = std::nullopt,
    };
    (void)co_await out.emit(std::move(nonsense));
    co_return outcome(completed{});
}

task<outcome> think_too_much(const request_scope&, bridge& out, tool_dispatcher&) {
    protocol::agent_thinking thought{"scripted", 1, std::string(600000, 'x'), std::nullopt};
    (void)co_await out.emit(std::move(thought));
    co_return outcome(completed{});
}

task<outcome> never_listen(const request_scope&, bridge&, tool_dispatcher&) {
    const auto deaf = asio::disable_cancellation();
    co_await asio::this_coro::reset_cancellation_state(deaf);
    co_await sleep_for(std::chrono::hours(1));
    co_return outcome(completed{});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_failures)

BOOST_AUTO_TEST_CASE(an_agent_that_throws_is_an_internal_run) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/throw");
    server.settle();
    expect_failure(
        code::internal_run,
        server.failures(),
        {.how = severity::error, .of = code_class::model, .about = run_of(ada), .from = run_boundary
        }
    );
}

BOOST_AUTO_TEST_CASE(an_agent_that_is_gone_after_a_restart_has_no_engine) {
    storage::memory_event_log log;
    failure::context about;
    {
        auto with = with_script(complete_at_once);
        with.log = &log;
        auto lost = std::make_unique<flow_server>(std::move(with));
        flow_client& ada = lost->connect("ada");
        ada.asks("m0", "/story 100 100");
        ada.sends(ask_scripted);
        lost->world().run_for(std::chrono::seconds(2));
        about = {{}, "ada", "t1", std::string(ada.frames("accepted")[1].at("run_id").as_string())};
        kill(std::move(lost));
    }
    flow_server server(on(log));
    server.revive();
    expect_failure(
        code::engine_unavailable,
        server.failures(),
        {.how = severity::critical,
         .of = code_class::model,
         .about = about,
         .detail = "scripted",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(an_event_that_breaks_the_grammar_is_an_invalid_event) {
    flow_server server(with_script(answer_a_tool_that_was_never_called));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.settle();
    expect_failure(
        code::invalid_event,
        server.failures(),
        {.how = severity::critical,
         .of = code_class::delivery,
         .about = run_of(ada),
         .detail = "tool_completed/tool_call_id",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(an_event_over_the_bound_is_too_large) {
    flow_server server(with_script(think_too_much));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.settle();
    expect_failure(
        code::event_too_large,
        server.failures(),
        {.how = severity::error,
         .of = code_class::delivery,
         .about = run_of(ada),
         .detail = "event_bytes_max",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_message_that_cannot_be_stored_is_reported_with_its_connection) {
    faulty_log log;
    flow_server server(on(log));
    flow_client& ada = server.connect("ada");
    log.fill_after(0);
    ada.asks("m1", "hello");
    server.settle();
    const std::string connection(ada.only("welcome").at("connection_id").as_string());
    expect_failure(
        code::storage_unavailable,
        server.failures(),
        {.how = severity::error,
         .of = code_class::storage,
         .about = {connection, "ada", "t1", {}},
         .detail = "no space left",
         .from = "core/conversation/conversation.cpp"}
    );
}

BOOST_AUTO_TEST_CASE(a_run_whose_end_cannot_be_stored_is_unsealed) {
    faulty_log log;
    flow_server server(on(log));
    flow_client& ada = server.connect("ada");
    log.fill_after(3);
    ada.asks("m1", "/story 5 50");
    server.world().run_for(std::chrono::seconds(5));
    expect_failure(
        code::run_unsealed,
        server.failures(),
        {.how = severity::error,
         .of = code_class::storage,
         .about = run_of(ada),
         .detail = "no space left",
         .from = line_of_runs}
    );
    log.make_room();
}

BOOST_AUTO_TEST_CASE(a_run_that_a_dead_process_left_is_process_lost) {
    storage::memory_event_log log;
    failure::context about;
    {
        auto lost = std::make_unique<flow_server>(on(log));
        flow_client& ada = lost->connect("ada");
        ada.asks("m1", "/story 100 100");
        lost->world().run_for(std::chrono::seconds(2));
        about = run_of(ada);
        kill(std::move(lost));
    }
    flow_server server(on(log));
    server.revive();
    expect_failure(
        code::process_lost,
        server.failures(),
        {.how = severity::error,
         .of = code_class::infrastructure,
         .about = about,
         .detail = "next start",
         .from = line_of_runs}
    );
}

BOOST_AUTO_TEST_CASE(a_tool_that_hangs_is_a_tool_timeout_at_its_event) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/hang");
    server.settle();
    expect_failure(
        code::tool_timeout,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::model,
         .about = run_of(ada),
         .seq = seq_of(ada, "tool_completed"),
         .detail = "did not finish within 2000 ms",
         .from = journal}
    );
}

BOOST_AUTO_TEST_CASE(a_tool_that_fails_is_reported_at_its_event) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/fail");
    server.settle();
    const std::string error(ada.only("tool_completed").at("payload").at("error").as_string());
    expect_failure(
        code::tool_failed,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::model,
         .about = run_of(ada),
         .seq = seq_of(ada, "tool_completed"),
         .detail = error,
         .from = journal}
    );
}

BOOST_AUTO_TEST_CASE(work_that_goes_on_after_its_run_is_a_straggler) {
    flow_server server(with_script(never_listen));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.world().run_for(milliseconds(100));
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    server.world().run_for(milliseconds(100));
    expect_failure(
        code::straggler,
        server.failures(),
        {.how = severity::error,
         .of = code_class::model,
         .about = run_of(ada),
         .detail = "goes on after its run",
         .from = run_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_run_that_outlasts_the_drain_is_a_drain_timeout) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/story 1000 100");
    server.world().run_for(std::chrono::seconds(1));
    server.run(server.home().drain(std::chrono::seconds(2)));
    BOOST_TEST(ada.only("agent_cancelled").at("payload").at("reason").as_string() == "shutdown");
    expect_failure(
        code::drain_timeout,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::infrastructure,
         .about = run_of(ada),
         .detail = "drain",
         .from = line_of_runs}
    );
}

BOOST_AUTO_TEST_SUITE_END()
