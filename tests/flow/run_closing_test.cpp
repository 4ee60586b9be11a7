#include "core/async/sleep.hpp"
#include "core/engine/work_list.hpp"
#include "core/metrics/counters.hpp"
#include "tests/flow/scripted_flow.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::task;
using clarion::agents::completed;
using clarion::agents::outcome;
using clarion::agents::tool_call;
using clarion::agents::tool_dispatcher;
using clarion::engine::bridge;
using clarion::engine::request_scope;
using clarion::flow_test::with_script;
using clarion::support::flow_client;
using clarion::support::flow_server;
namespace protocol = clarion::protocol;

const std::string ask_scripted =
    R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"scripted"})";

std::string terminal_of(const flow_client& client) {
    return client.event_types().back();
}

// Whatever happens, tools are paired, texts are whole, and there is exactly one terminal.
void check_closed(const flow_client& client) {
    std::map<std::string, int> open_tools;
    std::map<std::string, std::string> texts;
    int terminals = 0;
    for (const auto& frame : client.frames()) {
        if (!frame.contains("payload"))
            continue;
        BOOST_TEST(terminals == 0);
        const std::string type(frame.at("type").as_string());
        const auto& payload = frame.at("payload").as_object();
        if (type == "tool_executing")
            ++open_tools[std::string(payload.at("tool_call_id").as_string())];
        if (type == "tool_completed")
            --open_tools[std::string(payload.at("tool_call_id").as_string())];
        if (type == "text_delta")
            texts[std::string(payload.at("message_id").as_string())] +=
                std::string(payload.at("delta").as_string());
        if (type == "assistant_message") {
            const std::string id(payload.at("message_id").as_string());
            BOOST_TEST(texts[id] == std::string(payload.at("text").as_string()));
            texts.erase(id);
        }
        if (type == "agent_completed" || type == "agent_error" || type == "agent_cancelled")
            ++terminals;
    }
    BOOST_TEST(terminals == 1);
    BOOST_TEST(texts.empty());
    for (const auto& [id, count] : open_tools)
        BOOST_TEST(count == 0);
}

// Events are named variables: g++ 12 destroys an aggregate within a co_await expression twice.
task<> think(bridge& out) {
    protocol::agent_thinking thought{"scripted", 1, "a plan", std::nullopt};
    (void)co_await out.emit(std::move(thought));
}

task<outcome> stream_and_throw(const request_scope&, bridge& out, tool_dispatcher&) {
    co_await think(out);
    (void)co_await out.delta("scripted", "m_x", "half an ans");
    (void)co_await out.delta("scripted", "m_x", "wer");
    throw std::runtime_error("boom");
}

task<outcome> stay_silent(const request_scope&, bridge&, tool_dispatcher&) {
    co_return outcome(completed{});
}

task<outcome> emit_nonsense(const request_scope&, bridge& out, tool_dispatcher&) {
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

task<outcome> talk_too_much(const request_scope&, bridge& out, tool_dispatcher&) {
    const std::string block(10000, 'x');
    while (true) {
        const auto verdict = co_await out.delta("scripted", "m_x", block);
        if (std::holds_alternative<clarion::engine::refusal>(verdict))
            co_return outcome(clarion::agents::stopped{});
    }
}

// Ignores every cancel, as a badly written agent might.
task<outcome> never_listen(const request_scope&, bridge& out, tool_dispatcher&) {
    (void)co_await out.delta("scripted", "m_x", "partial");
    co_await clarion::asio::this_coro::reset_cancellation_state(clarion::asio::disable_cancellation(
    ));
    co_await clarion::sleep_for(std::chrono::hours(1));
    (void)co_await out.delta("scripted", "m_x", " and late");
    co_return outcome(completed{});
}

task<outcome> hang_in_a_tool(const request_scope&, bridge& out, tool_dispatcher& tools) {
    co_await think(out);
    std::vector<tool_call> calls{
        {"sleeping_tool", {"{}"}},
        {"calculator", {R"({"expression":"1"})"}}
    };
    (void)co_await tools.call(std::move(calls));
    co_return outcome(completed{});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(run_closing)

BOOST_AUTO_TEST_CASE(an_agent_that_throws_ends_in_agent_error_with_its_partial_text_whole) {
    flow_server server(with_script(stream_and_throw));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.settle();
    check_closed(ada);
    const auto error = ada.only("agent_error").at("payload").as_object();
    BOOST_TEST(error.at("code").as_string() == "internal");
    BOOST_TEST(error.at("message").as_string() == "boom");
    BOOST_TEST(
        ada.only("assistant_message").at("payload").at("text").as_string() == "half an answer"
    );
    BOOST_TEST(server.failures().count(clarion::failure::code::internal_run) == 1U);
    BOOST_TEST(!ada.connection().close_code().has_value());
}

BOOST_AUTO_TEST_CASE(a_silent_agent_still_has_a_thought_and_a_message) {
    flow_server server(with_script(stay_silent));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.settle();
    check_closed(ada);
    BOOST_TEST(ada.only("agent_thinking").at("payload").at("reasoning").as_string() == "");
    BOOST_TEST(ada.only("assistant_message").at("payload").at("text").as_string() == "");
    BOOST_TEST(terminal_of(ada) == "agent_completed");
}

BOOST_AUTO_TEST_CASE(an_illegal_event_is_never_shown_and_ends_the_run_by_name) {
    flow_server server(with_script(emit_nonsense));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.settle();
    check_closed(ada);
    BOOST_TEST(ada.frames("tool_completed").empty());
    const auto error = ada.only("agent_error").at("payload").as_object();
    BOOST_TEST(error.at("code").as_string() == "invalid_event");
    const std::string text(error.at("message").as_string());
    BOOST_TEST(text.find("tool_completed/tool_call_id") != std::string::npos);
    BOOST_TEST(server.failures().count(clarion::failure::code::invalid_event) == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_beyond_the_bound_ends_as_too_large_while_it_grows) {
    flow_server server(with_script(talk_too_much));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.settle();
    check_closed(ada);
    BOOST_TEST(ada.only("agent_error").at("payload").at("code").as_string() == "too_large");
    BOOST_TEST(
        ada.only("assistant_message").at("payload").at("text").as_string().size() <= 524288U
    );
}

BOOST_AUTO_TEST_CASE(a_cancel_ends_the_run_within_100_ms_with_tools_answered) {
    flow_server server(with_script(hang_in_a_tool));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.world().run_for(milliseconds(500));
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1","id":"c"})");
    server.world().run_for(milliseconds(100));
    check_closed(ada);
    BOOST_TEST(ada.only("cancel_result").at("verdict").as_string() == "accepted");
    BOOST_TEST(ada.only("agent_cancelled").at("payload").at("reason").as_string() == "user");
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"other"})");
    server.settle();
    BOOST_TEST(ada.frames("cancel_result")[1].at("verdict").as_string() == "too_late");
    BOOST_TEST(ada.frames("cancel_result")[2].at("verdict").as_string() == "not_found");
}

BOOST_AUTO_TEST_CASE(an_agent_that_ignores_its_cancel_holds_nothing_up_and_emits_nothing_more) {
    flow_server server(with_script(never_listen));
    flow_client& ada = server.connect("ada", {ask_scripted});
    server.world().run_for(milliseconds(100));
    ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    server.world().run_for(milliseconds(100));
    check_closed(ada);
    BOOST_TEST(terminal_of(ada) == "agent_cancelled");
    ada.asks("m2", "hello");
    server.world().run_for(milliseconds(500));
    BOOST_TEST(terminal_of(ada) == "agent_completed");
    const auto events = ada.event_types();
    const auto stragglers = server.world().own<clarion::engine::work_list>().stragglers();
    BOOST_TEST_REQUIRE(stragglers.size() == 1U);
    BOOST_TEST(stragglers[0].what == "scripted");
    BOOST_TEST(stragglers[0].scope->key.user_id == "ada");
    server.world().run_for(std::chrono::hours(2));
    BOOST_TEST(server.world().own<clarion::engine::work_list>().stragglers().empty());
    const auto& counted = clarion::metrics::counters_of(server.world().get_executor());
    BOOST_TEST(counted.stragglers == 1U);
    BOOST_TEST(counted.late_emits > 0U);
    BOOST_TEST(ada.event_types() == events);
    BOOST_TEST(server.failures().count(clarion::failure::code::straggler) == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_past_its_deadline_ends_in_agent_error) {
    flow_server::options with;
    with.conversations.runs.deadline = std::chrono::seconds(3);
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/story 1000 100");
    server.settle();
    check_closed(ada);
    BOOST_TEST(ada.only("agent_error").at("payload").at("code").as_string() == "deadline");
}

BOOST_AUTO_TEST_CASE(a_process_that_was_lost_leaves_no_run_open_after_the_next_start) {
    clarion::storage::memory_event_log log;
    std::vector<std::string> before;
    {
        // "Lost": the first server is abandoned in the middle of its run, without a shutdown.
        auto lost = std::make_unique<flow_server>([&] {
            flow_server::options with;
            with.log = &log;
            return with;
        }());
        flow_client& ada = lost->connect("ada");
        ada.asks("m1", "/story 100 100");
        ada.asks("m2", "hello");
        lost->world().run_for(std::chrono::seconds(2));
        before = ada.event_types();
        kill(std::move(lost));
    }
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    server.revive();
    flow_client& ada = server.connect(
        "ada",
        {R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})"}
    );
    server.settle();
    const auto after = ada.event_types();
    BOOST_REQUIRE_GT(after.size(), before.size());
    BOOST_TEST(std::vector(after.begin(), after.begin() + std::ptrdiff_t(before.size())) == before);
    BOOST_TEST(ada.only("agent_error").at("payload").at("code").as_string() == "process_lost");
    // The queued message got its turn.
    BOOST_TEST(terminal_of(ada) == "agent_completed");
    BOOST_TEST(ada.frames("assistant_message").size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
