#include "core/protocol/json_writer.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::support::flow_client;
using clarion::support::flow_server;

std::string subscribe_since(const std::string& epoch, std::int64_t seq) {
    return R"({"type":"subscribe","id":"s","thread_id":"t1","since":{"epoch":")" + epoch +
           R"(","seq":)" + std::to_string(seq) + "}}";
}

std::int64_t seq_of(const boost::json::object& frame) {
    return frame.at("seq").to_number<std::int64_t>();
}

// The seqs of all events, in order of arrival.
std::vector<std::int64_t> seqs(const flow_client& client) {
    std::vector<std::int64_t> found;
    for (const auto& frame : client.frames())
        if (frame.contains("payload"))
            found.push_back(seq_of(frame));
    return found;
}

std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> numbers;
    for (std::int64_t number = first; number <= last; ++number)
        numbers.push_back(number);
    return numbers;
}

/// A hundred thoughts in the log of t1, and a reader that has asked for all of them and reads none:
/// its replay waits in the middle.
struct stalled_replay {
    stalled_replay() {
        writer.asks("m1", "/think 100");
        server.settle();
        reader.connection().client_stops_reading();
        reader.sends(subscribe_since("", 0));
        server.world().run_for(milliseconds(10));
    }

    void goes_on() {
        server.world().run_for(milliseconds(10));
        reader.connection().client_reads_again();
        server.settle();
    }

    static flow_server::options small_outbox() {
        flow_server::options with;
        with.sessions.outbox_bytes_max = 8192;
        return with;
    }

    flow_server server{small_outbox()};
    flow_client& writer = server.connect("ada");
    flow_client& reader = server.connect("ada");
};

}  // namespace

BOOST_AUTO_TEST_SUITE(resume)

BOOST_AUTO_TEST_CASE(a_subscription_from_the_start_replays_everything_and_then_catches_up) {
    flow_server server;
    flow_client& first = server.connect("ada");
    first.asks("m1", "hello");
    server.settle();
    flow_client& second = server.connect("ada", {subscribe_since("", 0)});
    server.settle();
    BOOST_TEST(second.event_types() == first.event_types());
    BOOST_TEST(seqs(second) == seqs(first));
    BOOST_TEST(second.only("subscribed").at("recovered").as_bool());
    BOOST_TEST(second.only("subscribed").at("id").as_string() == "s");
    BOOST_TEST(second.types().back() == "caught_up");
    BOOST_TEST(second.only("caught_up").at("id").as_string() == "s");
    for (const auto& frame : second.frames())
        if (frame.contains("payload"))
            BOOST_TEST(frame.at("replay").as_bool());
}

// The join of replay and live, tried at every moment of a run.
BOOST_AUTO_TEST_CASE(at_every_cut_point_replay_and_live_join_without_gap_or_duplicate) {
    for (int cut_ms = 0; cut_ms <= 130; cut_ms += 1) {
        flow_server server;
        flow_client& first = server.connect("ada");
        first.asks("m1", "/story 10 10");
        server.world().run_for(milliseconds(cut_ms));
        const auto seen = seqs(first);
        const std::int64_t cursor = seen.empty() ? 0 : seen[seen.size() / 2];
        const std::string epoch =
            seen.empty() ? ""
                         : std::string(first.frames("user_message")[0].at("epoch").as_string());
        flow_client& second = server.connect("ada", {subscribe_since(epoch, cursor)});
        server.settle();
        BOOST_TEST(second.only("subscribed").at("recovered").as_bool());
        BOOST_TEST(seqs(second) == range(cursor + 1, seqs(first).back()), "cut at " << cut_ms);
        BOOST_TEST(seqs(first) == range(1, seqs(first).back()));
        BOOST_TEST(second.frames("caught_up").size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_replay_is_paced_by_its_reader_and_live_events_wait_behind_it) {
    stalled_replay stalled;
    flow_client& reader = stalled.reader;
    stalled.writer.asks("m2", "/think 2");
    stalled.goes_on();
    BOOST_TEST(!reader.connection().close_code().has_value());
    BOOST_TEST(seqs(reader) == range(1, seqs(stalled.writer).back()));
}

// Each event that is larger than the outbox waits until that is empty.
BOOST_AUTO_TEST_CASE(a_replay_of_events_larger_than_the_outbox_reaches_its_reader) {
    clarion::storage::memory_event_log log;
    std::vector<std::int64_t> written;
    {
        flow_server::options with;
        with.log = &log;
        flow_server server(std::move(with));
        flow_client& writer = server.connect("ada");
        writer.asks("m1", "/story 3000 0");
        server.settle();
        written = seqs(writer);
    }
    for (const std::size_t bound : {2048U, 4096U, 8192U, 16384U}) {
        flow_server::options with;
        with.log = &log;
        with.sessions.outbox_bytes_max = bound;
        flow_server server(std::move(with));
        flow_client& reader = server.connect("ada", {subscribe_since("", 0)});
        server.settle();
        BOOST_TEST(!reader.connection().close_code().has_value());
        BOOST_TEST(seqs(reader) == written);
        const auto answer = reader.only("assistant_message").at("payload").as_object();
        BOOST_TEST(answer.at("text").as_string().size() > bound);
    }
}

BOOST_AUTO_TEST_CASE(a_replay_that_is_cut_short_says_how_far_it_came) {
    const std::string again = R"({"type":"subscribe","id":"next","thread_id":"t1"})";
    const std::string leave = R"({"type":"unsubscribe","id":"next","thread_id":"t1"})";
    const std::string remove = R"({"type":"delete_thread","id":"next","thread_id":"t1"})";
    const std::vector<std::pair<std::string, std::string>> cuts{
        {again, "subscribed"},
        {leave, "unsubscribed"},
        {remove, "deleted"}
    };
    for (const auto& [cut, answer] : cuts) {
        stalled_replay stalled;
        flow_client& reader = stalled.reader;
        reader.sends(cut);
        stalled.goes_on();
        std::vector<std::string> order = reader.types();
        std::erase_if(order, [&answer](const std::string& type) {
            return type != "caught_up" && type != answer;
        });
        BOOST_REQUIRE_GE(order.size(), 2U);
        const std::size_t first_end = answer == "subscribed" ? 1 : 0;
        BOOST_TEST(order[first_end] == "caught_up");
        BOOST_TEST(order[first_end + 1] == answer);
        const auto ends = reader.frames("caught_up");
        BOOST_TEST(ends[0].at("id").as_string() == "s");
        const std::vector<std::int64_t> seen = seqs(reader);
        BOOST_TEST(seen.size() < seqs(stalled.writer).size());
        BOOST_TEST(seq_of(ends[0]) == (seen.empty() ? 0 : seen.back()));
    }
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_in_a_replay_is_told_nothing_of_it) {
    stalled_replay stalled;
    flow_client& reader = stalled.reader;
    reader.connection().client_closes(1000);
    stalled.goes_on();
    BOOST_TEST(reader.served);
    BOOST_TEST(seqs(reader).size() < seqs(stalled.writer).size());
    BOOST_TEST(reader.frames("caught_up").empty());
}

BOOST_AUTO_TEST_CASE(a_live_client_that_does_not_read_is_closed_4008_and_delays_nobody) {
    flow_server::options with;
    with.sessions.outbox_bytes_max = 4096;
    flow_server server(std::move(with));
    flow_client& writer = server.connect("ada");
    flow_client& stalled = server.connect("ada", {R"({"type":"subscribe","thread_id":"t1"})"});
    server.settle();
    stalled.connection().client_stops_reading();
    writer.asks("m1", "/think 100");
    server.settle();
    BOOST_TEST(writer.event_types().back() == "agent_completed");
    BOOST_TEST(stalled.served);
    BOOST_TEST(server.failures().count(clarion::failure::code::slow_consumer) == 1U);
}

BOOST_AUTO_TEST_CASE(a_cursor_that_cannot_be_served_is_refused_by_name) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    const std::string epoch(ada.frames("user_message")[0].at("epoch").as_string());
    struct row {
        std::string epoch;
        std::int64_t seq;
        std::string reason;
    };
    for (const row& wrong : std::vector<row>{
             {"e_other", 1, "epoch_changed"},
             {"", 3, "epoch_changed"},
             {epoch, 999, "too_far_ahead"}
         }) {
        flow_client& late = server.connect("ada", {subscribe_since(wrong.epoch, wrong.seq)});
        server.settle();
        BOOST_TEST(!late.only("subscribed").at("recovered").as_bool());
        BOOST_TEST(late.only("subscribed").at("reason").as_string() == wrong.reason);
        // Then everything that is kept follows.
        BOOST_TEST(seqs(late) == seqs(ada));
    }
}

BOOST_AUTO_TEST_CASE(a_thread_that_does_not_exist_can_be_waited_for) {
    flow_server server;
    flow_client& waiting = server.connect("ada", {subscribe_since("", 0)});
    server.settle();
    BOOST_TEST(waiting.only("subscribed").at("epoch").as_string() == "");
    BOOST_TEST(waiting.only("caught_up").at("seq").to_number<int>() == 0);
    BOOST_TEST(waiting.only("caught_up").at("id").as_string() == "s");
    flow_client& other = server.connect("ada");
    other.asks("m1", "hello");
    server.settle();
    BOOST_TEST(seqs(waiting) == seqs(other));
}

BOOST_AUTO_TEST_CASE(after_unsubscribe_nothing_more_comes) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& bob = server.connect("ada", {R"({"type":"subscribe","thread_id":"t1"})"});
    server.settle();
    bob.sends(R"({"type":"unsubscribe","thread_id":"t1","id":"u"})");
    server.settle();
    BOOST_TEST(bob.only("unsubscribed").at("id").as_string() == "u");
    ada.asks("m1", "hello");
    server.settle();
    BOOST_TEST(bob.event_types().empty());
}

BOOST_AUTO_TEST_SUITE_END()
