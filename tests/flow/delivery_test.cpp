// How long an event takes from its emit to the socket and back, and who is told of what is late.
#include "core/async/sleep.hpp"
#include "tests/flow/scripted_flow.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace clarion;

namespace {

using agents::completed;
using agents::outcome;
using agents::tool_dispatcher;
using engine::bridge;
using engine::request_scope;
using failure::code;
using failure::code_class;
using failure::severity;
using flow_test::ask_scripted;
using flow_test::with_script;
using std::chrono::seconds;
using support::expect_failure;
using support::faulty_log;
using support::flow_client;
using support::flow_server;
using support::scripted_agent;

constexpr std::string_view watch = "core/session/delivery_watch.cpp";

metrics::counters& counters_of(flow_server& server) {
    return metrics::counters_of(server.world().get_executor());
}

sim::world& this_world(const executor& on) {
    return static_cast<sim::world&>(on.owner());
}

/// Emits, and then keeps the shard busy for so long.
template <class Payload>
scripted_agent::script busy_behind(Payload event, duration time) {
    return [event = protocol::payload(std::move(event)),
            time](const request_scope&, bridge& out, tool_dispatcher&) -> task<outcome> {
        const executor on = co_await asio::this_coro::executor;
        protocol::payload emitted = event;
        (void)co_await out.emit(std::move(emitted));
        this_world(on).pass(time);
        co_return outcome(completed{});
    };
}

const protocol::agent_thinking thought{"scripted", 1, "a plan", std::nullopt};
const protocol::progress_update progress{"half of it", std::nullopt};

failure::context place_of(const flow_client& client) {
    return {
        std::string(client.only("welcome").at("connection_id").as_string()),
        "ada",
        "t1",
        std::string(client.only("accepted").at("run_id").as_string()),
    };
}

std::string ack(std::int64_t seq) {
    return R"({"type":"ack","thread_id":"t1","seq":)" + std::to_string(seq) + "}";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(delivery)

BOOST_AUTO_TEST_CASE(every_event_is_measured_to_its_commit_and_to_each_write) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& phone = server.connect("ada");
    phone.sends(R"({"type":"subscribe","thread_id":"t1"})");
    server.settle();
    ada.asks("m1", "/tools 2");
    server.settle();
    const metrics::counters& counted = counters_of(server);
    BOOST_TEST(counted.emit_to_commit_us.count() == counted.events_committed.total());
    BOOST_TEST(counted.commit_to_write_us.count() == 2 * counted.events_committed.total());
    BOOST_TEST(counted.commit_to_write_us.count() == counted.events_delivered);
    BOOST_TEST(counted.events_late == 0U);
    BOOST_TEST(server.failures().count(code::event_late) == 0U);
    BOOST_TEST(counted.write_to_ack_us.count() == 0U);
}

BOOST_AUTO_TEST_CASE(an_event_that_a_busy_shard_holds_up_is_late) {
    flow_server server(with_script(busy_behind(progress, milliseconds(700))));
    flow_client& ada = ask_scripted(server);
    server.settle();
    BOOST_TEST(counters_of(server).events_late == 1U);
    expect_failure(
        code::event_late,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = place_of(ada),
         .seq = ada.only("progress_update").at("seq").as_int64(),
         .detail = "progress_update was written 700 ms after its emit and 700 ms after its commit",
         .from = watch}
    );
    BOOST_TEST(server.failures().count(code::delivery_stalled) == 0U);
}

BOOST_AUTO_TEST_CASE(a_mission_critical_event_that_is_late_is_critical) {
    flow_server server(with_script(busy_behind(thought, milliseconds(500))));
    flow_client& ada = ask_scripted(server);
    server.settle();
    expect_failure(
        code::event_late,
        server.failures(),
        {.how = severity::critical,
         .of = code_class::delivery,
         .about = place_of(ada),
         .seq = ada.only("agent_thinking").at("seq").as_int64(),
         .detail = "500 ms after its emit",
         .from = watch}
    );
}

BOOST_AUTO_TEST_CASE(a_commit_that_takes_too_long_makes_its_event_late_and_is_told_once_a_second) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    flow_client& phone = server.connect("ada");
    phone.sends(R"({"type":"subscribe","thread_id":"t1"})");
    server.settle();
    log.hold_appends();
    ada.asks("m1", "/time");
    server.world().run_for(milliseconds(600));
    log.let_go();
    server.settle();
    // The user_message, on both connections.
    BOOST_TEST(counters_of(server).events_late == 2U);
    BOOST_TEST(server.failures().count(code::event_late) == 1U);
    const auto records = server.failures().snapshot().records;
    BOOST_REQUIRE(!records.empty());
    BOOST_TEST(records.back().detail.find("600 ms after its emit and 0 ms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_committed_and_not_written_for_five_seconds_is_critical) {
    flow_server server(with_script(busy_behind(thought, seconds(6))));
    flow_client& ada = ask_scripted(server);
    server.settle();
    expect_failure(
        code::delivery_stalled,
        server.failures(),
        {.how = severity::critical,
         .of = code_class::delivery,
         .about = place_of(ada),
         .seq = ada.only("agent_thinking").at("seq").as_int64(),
         .detail = "agent_thinking is committed and was not written for 6000 ms",
         .from = watch}
    );
}

BOOST_AUTO_TEST_CASE(what_is_not_critical_may_be_late_and_is_not_called_stalled) {
    flow_server server(with_script(busy_behind(progress, seconds(6))));
    ask_scripted(server);
    server.settle();
    BOOST_TEST(server.failures().count(code::event_late) == 1U);
    BOOST_TEST(server.failures().count(code::delivery_stalled) == 0U);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_makes_nobody_late) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    server.settle();
    ada.asks("m1", "/story 3 10");
    server.settle([&ada] { return !ada.frames("text_delta").empty(); });
    ada.connection().client_stops_reading();
    server.world().run_for(seconds(20));
    ada.connection().client_reads_again();
    server.settle();
    BOOST_TEST(ada.frames("agent_completed").size() == 1U);
    BOOST_TEST(counters_of(server).events_late == 0U);
    BOOST_TEST(server.failures().count(code::event_late) == 0U);
    BOOST_TEST(server.failures().count(code::delivery_stalled) == 0U);
    // Its figures have it all the same.
    BOOST_TEST(counters_of(server).commit_to_write_us.sum() > 1'000'000);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_is_measured_and_its_lack_counted) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/time");
    server.settle();
    const metrics::counters& counted = counters_of(server);
    BOOST_TEST(counted.events_unacknowledged == 0U);  // it has never acknowledged
    const std::int64_t first = ada.only("agent_completed").at("seq").as_int64();
    ada.sends(ack(first));
    server.world().run_for(milliseconds(1));
    ada.asks("m2", "/time");
    server.settle([&ada] { return ada.frames("agent_completed").size() == 2U; });
    server.world().run_for(milliseconds(40));
    const std::int64_t head = ada.frames("agent_completed").back().at("seq").as_int64();
    std::size_t critical = 0;
    for (const auto& frame : ada.frames())
        if (frame.contains("payload") && frame.at("seq").as_int64() > first)
            critical += frame.at("critical").as_bool() ? 1U : 0U;
    ada.sends(ack(head - 1));
    server.world().run_for(milliseconds(1));
    BOOST_TEST(counted.write_to_ack_us.count() == critical - 1);
    BOOST_TEST(counted.write_to_ack_us.sum() >= static_cast<std::int64_t>(critical - 1) * 40'000);
    server.settle();
    BOOST_TEST(counted.events_unacknowledged == 1U);  // the terminal
    ada.sends(ack(head));
    server.settle();
    BOOST_TEST(counted.write_to_ack_us.count() == critical);
    BOOST_TEST(counted.events_unacknowledged == 1U);
}

BOOST_AUTO_TEST_CASE(whoever_unsubscribes_owes_no_acknowledgement) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/time");
    server.settle();
    ada.sends(ack(1));
    ada.asks("m2", "/time");
    server.settle([&ada] { return ada.frames("agent_completed").size() == 2U; });
    ada.sends(R"({"type":"unsubscribe","thread_id":"t1"})");
    server.settle();
    BOOST_TEST(counters_of(server).events_unacknowledged == 0U);
}

BOOST_AUTO_TEST_CASE(a_replay_that_the_log_leaves_waiting_is_stalled) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/time");
    server.settle();
    log.hold_reads();
    flow_client& phone = server.connect("ada");
    phone.sends(R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})");
    server.world().run_for(seconds(60));
    const std::string connection(phone.only("welcome").at("connection_id").as_string());
    expect_failure(
        code::delivery_stalled,
        server.failures(),
        {.how = severity::critical,
         .of = code_class::delivery,
         .about = {connection, "ada", "t1", {}},
         .seq = 1,
         .detail = "a replay waits for the log",
         .from = "core/conversation/subscriptions.cpp"}
    );
    log.let_go();
    server.settle();
    BOOST_TEST(phone.event_types().size() == ada.event_types().size());
}

BOOST_AUTO_TEST_CASE(resumes_are_counted_by_their_verdict) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/time");
    server.settle();
    const std::string epoch(ada.only("agent_started").at("epoch").as_string());
    const auto resume = [&ada](const std::string& of, int seq) {
        ada.sends(
            R"({"type":"subscribe","thread_id":"t1","since":{"epoch":")" + of + R"(","seq":)" +
            std::to_string(seq) + "}}"
        );
    };
    ada.sends(R"({"type":"subscribe","thread_id":"t1"})");
    resume(epoch, 1);
    resume("", 0);
    resume("e_other", 1);
    resume(epoch, 10'000);
    server.settle();
    using enum metrics::resume_verdict;
    const auto& resumes = counters_of(server).resumes;
    BOOST_TEST(resumes.at(recovered) == 2U);
    BOOST_TEST(resumes.at(epoch_changed) == 1U);
    BOOST_TEST(resumes.at(too_far_ahead) == 1U);
    BOOST_TEST(resumes.at(trimmed) == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
