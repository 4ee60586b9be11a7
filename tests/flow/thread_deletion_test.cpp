#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::support::faulty_log;
using clarion::support::flow_client;
using clarion::support::flow_server;
using strings = std::vector<std::string>;

const std::string delete_t1 = R"({"type":"delete_thread","id":"d","thread_id":"t1"})";
const std::string subscribe_t1 = R"({"type":"subscribe","thread_id":"t1"})";
const std::string from_start =
    R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})";

std::string text_of(const boost::json::object& frame, const char* field) {
    return std::string(frame.at(field).as_string());
}

strings epochs(const flow_client& client) {
    strings found;
    for (const auto& frame : client.frames())
        if (frame.contains("payload") && (found.empty() || found.back() != text_of(frame, "epoch")))
            found.push_back(text_of(frame, "epoch"));
    return found;
}

// Events of the deleted thread behind the frame that says so.
std::size_t events_behind_deleted(const flow_client& client) {
    std::size_t events = 0;
    bool gone = false;
    for (const auto& frame : client.frames()) {
        gone = gone || frame.at("type").as_string() == "deleted";
        events += gone && frame.contains("payload") ? 1U : 0U;
    }
    return events;
}

// Every run that began, or stood in line, has ended before the thread was gone.
std::size_t open_runs(const flow_client& client) {
    return client.frames("accepted").size() - client.frames("agent_completed").size() -
           client.frames("agent_cancelled").size() - client.frames("agent_error").size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_deletion)

BOOST_AUTO_TEST_CASE(a_deleted_thread_is_gone_for_every_verb) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    ada.sends(delete_t1);
    server.settle();
    BOOST_TEST(text_of(ada.only("deleted"), "thread_id") == "t1");
    BOOST_TEST(text_of(ada.only("deleted"), "id") == "d");
    for (const char* verb :
         {R"({"type":"threads"})",
          R"({"type":"history","thread_id":"t1"})",
          R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})",
          R"({"type":"cancel","thread_id":"t1","message_id":"m1"})"})
        ada.sends(verb);
    server.settle();
    BOOST_TEST(ada.only("threads").at("threads").as_array().empty());
    BOOST_TEST(ada.only("history").at("events").as_array().empty());
    BOOST_TEST(text_of(ada.only("history"), "epoch") == "");
    BOOST_TEST(text_of(ada.only("subscribed"), "epoch") == "");
    BOOST_TEST(text_of(ada.only("cancel_result"), "verdict") == "not_found");
    BOOST_TEST(events_behind_deleted(ada) == 0U);
}

BOOST_AUTO_TEST_CASE(a_missing_thread_and_one_of_another_user_are_not_found) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    flow_client& bob = server.connect("bob", {delete_t1});
    server.settle();
    BOOST_TEST(text_of(bob.only("error"), "code") == "not_found");
    BOOST_TEST(text_of(bob.only("error"), "id") == "d");
    ada.sends(delete_t1);
    ada.sends(delete_t1);
    server.settle();
    BOOST_TEST(ada.frames("deleted").size() == 1U);
    BOOST_TEST(text_of(ada.only("error"), "code") == "not_found");
}

BOOST_AUTO_TEST_CASE(runs_end_before_their_thread_and_every_subscriber_hears_of_it) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada", {subscribe_t1});
    flow_client& elsewhere = server.connect("ada");
    server.settle();
    ada.asks("m1", "/story 50 100");
    ada.asks("m2", "waits");
    ada.asks("m3", "waits too");
    server.world().run_for(milliseconds(250));
    flow_client& asker = server.connect("ada", {delete_t1});
    server.settle();
    for (const flow_client* subscribed : {&ada, &second}) {
        BOOST_TEST(subscribed->frames("agent_cancelled").size() == 3U);
        BOOST_TEST(subscribed->frames("agent_started").size() == 1U);
        BOOST_TEST(subscribed->types().back() == "deleted");
        BOOST_TEST(!subscribed->only("deleted").contains("id"));
    }
    BOOST_TEST(text_of(asker.only("deleted"), "id") == "d");
    BOOST_TEST(elsewhere.frames("deleted").empty());
    BOOST_TEST(server.home().active_runs() == 0U);
}

// Whoever lists threads is not told of one that has gone meanwhile.
BOOST_AUTO_TEST_CASE(no_change_of_a_thread_is_announced_behind_its_deletion) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& listing = server.connect("ada");
    server.settle();
    ada.asks("m1", "/story 50 10");
    server.world().run_for(milliseconds(300));
    ada.sends(delete_t1);
    server.settle([&] { return !ada.frames("deleted").empty(); });
    const std::size_t before = listing.frames("thread_changed").size();
    server.settle();
    BOOST_TEST(before > 0U);
    BOOST_TEST(listing.frames("thread_changed").size() == before);
}

BOOST_AUTO_TEST_CASE(a_thread_made_again_has_a_new_epoch_and_starts_at_1) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada", {subscribe_t1});
    server.settle();
    ada.asks("m1", "first");
    server.settle();
    const std::string epoch = text_of(ada.frames("user_message")[0], "epoch");
    ada.sends(delete_t1);
    ada.asks("m1", "second");
    server.settle();
    const auto again = ada.frames("user_message").back();
    BOOST_TEST(again.at("seq").to_number<int>() == 1);
    BOOST_TEST(text_of(again, "epoch") != epoch);
    BOOST_TEST(!ada.frames("accepted").back().at("duplicate").as_bool());
    // Its subscriptions ended with the first one.
    BOOST_TEST(second.frames("user_message").size() == 1U);
    BOOST_TEST(second.types().back() == "thread_changed");
    flow_client& late = server.connect("ada", {from_start});
    server.settle();
    BOOST_TEST(epochs(late) == strings{text_of(again, "epoch")});
    const std::string stale = R"({"type":"subscribe","thread_id":"t1","since":{"epoch":")" + epoch;
    late.sends(stale + R"(","seq":1}})");
    server.settle();
    BOOST_TEST(text_of(late.frames("subscribed").back(), "reason") == "epoch_changed");
}

// A deletion at every moment of a run, with messages of another session before and behind it.
BOOST_AUTO_TEST_CASE(a_message_that_races_a_deletion_is_before_or_behind_it_and_never_lost) {
    for (int cut_ms = 0; cut_ms <= 130; cut_ms += 1)
        for (const clarion::sim::policy order :
             {clarion::sim::policy::fifo, clarion::sim::policy::random}) {
            flow_server::options with;
            with.seed = static_cast<std::uint64_t>(cut_ms) + 1;
            with.order = order;
            flow_server server(std::move(with));
            flow_client& ada = server.connect("ada");
            flow_client& second = server.connect("ada");
            ada.asks("m1", "/story 10 10");
            server.world().run_for(milliseconds(cut_ms));
            second.asks("m2", "/think 1");
            ada.sends(delete_t1);
            second.asks("m3", "/think 1");
            server.settle();
            BOOST_TEST_CONTEXT("deleted at " << cut_ms) {
                BOOST_TEST(ada.frames("deleted").size() == 1U);
                BOOST_TEST(ada.frames("error").empty());
                BOOST_TEST(second.frames("error").empty());
                BOOST_TEST(second.frames("accepted").size() == 2U);
                flow_client& late = server.connect("ada", {from_start});
                server.settle();
                // What lies behind it is a whole thread of its own.
                const auto kept = late.frames("user_message");
                BOOST_TEST(kept.size() <= 2U);
                BOOST_TEST(epochs(late).size() == (kept.empty() ? 0U : 1U));
                BOOST_TEST(late.frames("agent_completed").size() == kept.size());
                for (const auto& frame : kept)
                    BOOST_TEST(text_of(frame.at("payload").as_object(), "message_id") != "m1");
                std::int64_t seq = 0;
                for (const auto& frame : late.frames())
                    if (frame.contains("payload"))
                        BOOST_TEST(frame.at("seq").to_number<std::int64_t>() == ++seq);
            }
        }
}

BOOST_AUTO_TEST_CASE(a_cancel_that_races_a_deletion_makes_no_thread_of_its_own) {
    for (int cut_ms = 0; cut_ms <= 30; cut_ms += 1) {
        flow_server::options with;
        with.seed = static_cast<std::uint64_t>(cut_ms) + 1;
        with.order = clarion::sim::policy::random;
        flow_server server(std::move(with));
        flow_client& ada = server.connect("ada");
        flow_client& second = server.connect("ada");
        ada.asks("m1", "/story 10 10");
        ada.asks("m2", "waits");
        server.world().run_for(milliseconds(cut_ms));
        second.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m2"})");
        ada.sends(delete_t1);
        server.settle();
        BOOST_TEST(open_runs(ada) == 0U);
        second.sends(R"({"type":"threads"})");
        server.settle();
        BOOST_TEST(second.only("threads").at("threads").as_array().empty());
    }
}

BOOST_AUTO_TEST_CASE(two_sessions_that_delete_at_once_get_one_deleted_and_one_not_found) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada");
    ada.asks("m1", "/story 50 100");
    server.world().run_for(milliseconds(50));
    ada.sends(delete_t1);
    second.sends(delete_t1);
    server.settle();
    std::size_t replies = 0;
    for (const flow_client* asker : {&ada, &second})
        for (const auto& frame : asker->frames("deleted"))
            replies += frame.contains("id") ? 1U : 0U;
    BOOST_TEST(replies == 1U);
    BOOST_TEST(ada.frames("error").size() + second.frames("error").size() == 1U);
}

// A client acknowledges what it has seen; it cannot know yet that another tab deleted the thread.
BOOST_AUTO_TEST_CASE(acks_that_were_under_way_when_the_thread_was_deleted_offend_nobody) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    flow_client& tab = server.connect("ada", {R"({"type":"delete_thread","thread_id":"t1"})"});
    server.settle();
    BOOST_TEST(tab.frames("deleted").size() == 1U);
    for (int seq = 1; seq <= 30; ++seq)
        ada.sends(R"({"type":"ack","thread_id":"t1","seq":)" + std::to_string(seq) + '}');
    server.settle();
    BOOST_TEST(ada.frames("error").empty());
    BOOST_TEST(!ada.connection().close_code().has_value());
}

BOOST_AUTO_TEST_CASE(a_replay_under_way_ends_with_the_thread) {
    flow_server::options with;
    with.sessions.outbox_bytes_max = 8192;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "/think 100");
    server.settle();
    flow_client& reader = server.connect("ada");
    server.settle();
    reader.connection().client_stops_reading();
    reader.sends(from_start);
    server.world().run_for(milliseconds(10));
    ada.sends(delete_t1);
    server.world().run_for(milliseconds(10));
    reader.connection().client_reads_again();
    server.settle();
    BOOST_TEST(reader.types().back() == "deleted");
    BOOST_TEST(reader.frames("caught_up").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_thread_that_cannot_be_deleted_now_stays_and_says_so) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    log.fill_after(0);
    ada.sends(delete_t1);
    server.settle();
    BOOST_TEST(text_of(ada.only("error"), "code") == "storage_unavailable");
    BOOST_TEST(ada.only("error").at("retryable").as_bool());
    log.make_room();
    ada.asks("m2", "hello again");
    server.settle();
    BOOST_TEST(epochs(ada).size() == 1U);
    BOOST_TEST(ada.frames("agent_completed").size() == 2U);
    ada.sends(delete_t1);
    server.settle();
    BOOST_TEST(ada.frames("deleted").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_thread_whose_run_cannot_be_ended_now_stays_and_says_so) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada");
    ada.asks("m1", "/story 50 100");
    ada.asks("m2", "waits");
    server.world().run_for(milliseconds(250));
    log.fill_after(0);
    second.sends(delete_t1);
    server.world().run_for(std::chrono::seconds(3));
    BOOST_TEST(text_of(second.only("error"), "code") == "storage_unavailable");
    second.sends(delete_t1);
    server.world().run_for(std::chrono::seconds(3));
    BOOST_TEST(second.frames("error").size() == 2U);
    log.make_room();
    server.settle();
    BOOST_TEST(ada.frames("agent_error").size() == 1U);
    second.sends(delete_t1);
    server.settle();
    BOOST_TEST(second.frames("deleted").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
