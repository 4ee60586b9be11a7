#include "core/conversation/retention_sweep.hpp"
#include "core/metrics/counters.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using support::faulty_log;
using support::flow_client;
using support::flow_server;
using seqs = std::vector<std::int64_t>;

constexpr duration day = std::chrono::hours(24);

std::string subscribe_since(const std::string& epoch, std::int64_t seq) {
    return R"({"type":"subscribe","id":"s","thread_id":"t1","since":{"epoch":")" + epoch +
           R"(","seq":)" + std::to_string(seq) + "}}";
}

std::int64_t seq_of(const boost::json::object& frame) {
    return frame.at("seq").to_number<std::int64_t>();
}

seqs seqs_of(const flow_client& client) {
    seqs found;
    for (const auto& frame : client.frames())
        if (frame.contains("payload"))
            found.push_back(seq_of(frame));
    return found;
}

seqs range(std::int64_t first, std::int64_t last) {
    seqs numbers;
    for (std::int64_t number = first; number <= last; ++number)
        numbers.push_back(number);
    return numbers;
}

/// Two runs with ten days between them, of which retention takes the first.
struct old_and_young {
    explicit old_and_young(flow_server::options with = {}) : server(std::move(with)) {
        writer.asks("m1", "/think 80");
        server.settle();
        first_kept = seq_of(writer.frames("agent_completed").back()) + 1;
        epoch = writer.frames("agent_completed").back().at("epoch").as_string();
        server.world().run_for(10 * day);
        writer.asks("m2", "/think 2");
        server.settle();
        head = seq_of(writer.frames("agent_completed").back());
    }

    conversation::retention_sweep sweep_of(conversation::retention_policy policy) {
        const auto tell = [this](std::vector<storage::trimmed_thread> gone) {
            return server.home().trimmed(std::move(gone));
        };
        return {server.log(), policy, server.failures(), tell};
    }
    void sweep(conversation::retention_policy policy = {.days = 5}) {
        server.run(sweep_of(policy).sweep());
    }
    /// The same without a word to the threads that are loaded, as between a step and its telling.
    void sweep_untold() {
        conversation::retention_sweep silent(
            server.log(),
            {.days = 5},
            server.failures(),
            [](std::vector<storage::trimmed_thread>) -> task<> { co_return; }
        );
        server.run(silent.sweep());
    }
    flow_client& resume(std::int64_t seq) {
        flow_client& client = server.connect("ada", {subscribe_since(epoch, seq)});
        server.settle();
        return client;
    }

    flow_server server;
    flow_client& writer = server.connect("ada");
    std::string epoch;
    std::int64_t first_kept = 0;
    std::int64_t head = 0;
};

void expect_trimmed(const boost::json::object& subscribed) {
    BOOST_TEST(!subscribed.at("recovered").as_bool());
    BOOST_TEST(subscribed.at("reason").as_string() == "trimmed");
    BOOST_TEST(subscribed.at("id").as_string() == "s");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retention)

BOOST_AUTO_TEST_CASE(a_cursor_before_what_is_kept_hears_trimmed_and_gets_the_rest) {
    old_and_young thread;
    thread.sweep();
    for (const std::int64_t since : {std::int64_t{1}, thread.first_kept - 2}) {
        flow_client& client = thread.resume(since);
        expect_trimmed(client.only("subscribed"));
        BOOST_TEST(seqs_of(client) == range(thread.first_kept, thread.head));
        BOOST_TEST(client.types().back() == "caught_up");
    }
    flow_client& from_start = thread.server.connect("ada", {subscribe_since("", 0)});
    thread.server.settle();
    expect_trimmed(from_start.only("subscribed"));
}

BOOST_AUTO_TEST_CASE(a_cursor_at_the_edge_is_recovered) {
    old_and_young thread;
    thread.sweep();
    flow_client& client = thread.resume(thread.first_kept - 1);
    BOOST_TEST(client.only("subscribed").at("recovered").as_bool());
    BOOST_TEST(seqs_of(client) == range(thread.first_kept, thread.head));
}

// The trim is committed, and the thread that is loaded does not know it yet.
BOOST_AUTO_TEST_CASE(a_subscription_that_overtakes_the_news_of_a_trim_is_told_by_another_answer) {
    old_and_young thread;
    thread.sweep_untold();
    flow_client& client = thread.resume(1);
    const auto answers = client.frames("subscribed");
    BOOST_TEST_REQUIRE(answers.size() == 2U);
    BOOST_TEST(answers[0].at("recovered").as_bool());
    expect_trimmed(answers[1]);
    BOOST_TEST(seqs_of(client) == range(thread.first_kept, thread.head));
    BOOST_TEST(client.types().back() == "caught_up");
}

BOOST_AUTO_TEST_CASE(what_a_replay_has_read_before_the_trim_comes_whole) {
    flow_server::options with;
    with.sessions.outbox_bytes_max = 4096;
    old_and_young thread(std::move(with));
    flow_client& reader = thread.server.connect("ada");
    thread.server.settle();
    reader.connection().client_stops_reading();
    reader.sends(subscribe_since(thread.epoch, 0));
    thread.server.world().run_for(milliseconds(10));
    thread.sweep();
    reader.connection().client_reads_again();
    thread.server.settle();
    BOOST_TEST(reader.only("subscribed").at("recovered").as_bool());
    BOOST_TEST(seqs_of(reader) == range(1, thread.head));
    BOOST_TEST(reader.types().back() == "caught_up");
}

// In pages of 256 events: the second one begins behind what is gone.
BOOST_AUTO_TEST_CASE(a_long_replay_meets_the_gap_between_two_pages) {
    flow_server::options with;
    with.sessions.outbox_bytes_max = 4096;
    with.conversations.queued_runs_max = 0;
    flow_server server(std::move(with));
    flow_client& writer = server.connect("ada");
    for (int run = 0; run < 5; ++run)
        writer.asks("m" + std::to_string(run), "/think 100");
    server.settle();
    const std::int64_t gone_up_to = seq_of(writer.frames("agent_completed").back());
    server.world().run_for(10 * day);
    writer.asks("young", "/think 2");
    server.settle();
    const std::int64_t head = seq_of(writer.frames("agent_completed").back());
    flow_client& reader = server.connect("ada");
    server.settle();
    reader.connection().client_stops_reading();
    reader.sends(subscribe_since("", 0));
    server.world().run_for(milliseconds(10));
    const auto tell = [&server](std::vector<storage::trimmed_thread> gone) {
        return server.home().trimmed(std::move(gone));
    };
    conversation::retention_sweep sweep(server.log(), {.days = 5}, server.failures(), tell);
    server.run(sweep.sweep());
    reader.connection().client_reads_again();
    server.settle();
    BOOST_TEST_REQUIRE(reader.frames("subscribed").size() == 2U);
    expect_trimmed(reader.frames("subscribed")[1]);
    const seqs got = seqs_of(reader);
    const auto jump = std::ranges::find(got, gone_up_to + 1);
    BOOST_TEST_REQUIRE((jump != got.begin() && jump != got.end()));
    BOOST_TEST(seqs(got.begin(), jump) == range(1, *(jump - 1)));
    BOOST_TEST(seqs(jump, got.end()) == range(gone_up_to + 1, head));
    const auto types = reader.types();
    const auto told = std::find(types.begin() + 2, types.end(), "subscribed");
    BOOST_TEST(std::count(types.begin(), told, "agent_started") < 5);
    BOOST_TEST(types.back() == "caught_up");
}

BOOST_AUTO_TEST_CASE(a_thread_of_which_nothing_is_left_says_trimmed_and_is_caught_up) {
    old_and_young thread;
    thread.server.world().run_for(10 * day);
    thread.sweep_untold();
    flow_client& client = thread.resume(3);
    expect_trimmed(client.frames("subscribed").back());
    BOOST_TEST(seqs_of(client).empty());
    BOOST_TEST(seq_of(client.only("caught_up")) == thread.head);
    // It goes on where it stood.
    client.asks("m3", "hello");
    thread.server.settle();
    BOOST_TEST(seqs_of(client).front() == thread.head + 1);
    flow_client& at_head = thread.resume(thread.head);
    BOOST_TEST(at_head.only("subscribed").at("recovered").as_bool());
}

BOOST_AUTO_TEST_CASE(pages_of_history_end_at_the_oldest_kept) {
    for (const bool told : {true, false}) {
        old_and_young thread;
        if (told)
            thread.sweep();
        else
            thread.sweep_untold();
        const auto ask = [&thread](const std::string& bounds) {
            thread.writer.sends(R"({"type":"history","thread_id":"t1")" + bounds + "}");
            thread.server.settle();
            return thread.writer.frames("history").back();
        };
        const auto newest = ask(R"(,"limit":1000)");
        BOOST_TEST(seq_of(newest.at("events").as_array().front().as_object()) == thread.first_kept);
        BOOST_TEST(!newest.at("more").as_bool());
        const auto before = ask(R"(,"before_seq":5)");
        BOOST_TEST(before.at("events").as_array().empty());
        BOOST_TEST(!before.at("more").as_bool());
        const auto after = ask(R"(,"after_seq":2,"limit":1)");
        BOOST_TEST(seq_of(after.at("events").as_array().front().as_object()) == thread.first_kept);
        BOOST_TEST(after.at("more").as_bool());
    }
}

BOOST_AUTO_TEST_CASE(an_agent_searches_and_counts_what_is_kept) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "the word is marmalade");
    server.settle();
    server.world().run_for(10 * day);
    ada.asks("m2", "hello");
    server.settle();
    const auto tell = [&server](std::vector<storage::trimmed_thread> gone) {
        return server.home().trimmed(std::move(gone));
    };
    conversation::retention_sweep sweep(server.log(), {.days = 5}, server.failures(), tell);
    server.run(sweep.sweep());
    ada.asks("m3", "/search marmalade");
    server.settle();
    const auto started = ada.frames("agent_started").back();
    const auto& context = started.at("payload").at("context");
    BOOST_TEST(context.at("history_messages").to_number<std::int64_t>() == 2);
    const auto completed = ada.frames("tool_completed").back();
    const std::string found = boost::json::serialize(completed.at("payload").at("result"));
    BOOST_TEST(found.find("the word is") == std::string::npos, found);
}

BOOST_AUTO_TEST_CASE(a_message_whose_events_are_gone_is_still_known) {
    old_and_young thread;
    thread.sweep();
    thread.writer.asks("m1", "/think 80");
    thread.server.settle();
    const auto again = thread.writer.frames("accepted").back();
    BOOST_TEST(again.at("duplicate").as_bool());
    BOOST_TEST(seq_of(again) == 1);
    thread.writer.asks("m1", "something else");
    thread.server.settle();
    BOOST_TEST(thread.writer.only("error").at("code").as_string() == "conflict");
}

BOOST_AUTO_TEST_CASE(a_live_subscriber_notices_nothing) {
    old_and_young thread;
    const std::size_t before = thread.writer.frames().size();
    thread.sweep();
    BOOST_TEST(thread.writer.frames().size() == before);
    thread.writer.asks("m3", "/think 2");
    thread.server.settle();
    BOOST_TEST(seqs_of(thread.writer) == range(1, seqs_of(thread.writer).back()));
}

BOOST_AUTO_TEST_CASE(the_sweep_comes_again_by_itself_and_is_counted) {
    old_and_young thread;
    auto sweep = thread.sweep_of({.days = 15});
    task_group group(thread.server.world().get_executor());
    group.spawn(sweep.run());
    thread.server.world().run_for(day);
    const metrics::counters& counted = metrics::counters_of(thread.server.world().get_executor());
    BOOST_TEST(counted.events_trimmed == 0U);
    BOOST_TEST(counted.retention_sweeps == 145U);  // now, and every ten minutes of a day
    thread.server.world().run_for(5 * day);
    BOOST_TEST(counted.events_trimmed == static_cast<std::uint64_t>(thread.first_kept - 1));
    BOOST_TEST(counted.bytes_trimmed > counted.events_trimmed);
    group.cancel();
    thread.server.run(group.join());
}

BOOST_AUTO_TEST_CASE(where_everything_is_kept_one_sweep_ends_what_was_left_and_that_is_all) {
    old_and_young thread;
    auto sweep = thread.sweep_of({});
    thread.server.run(sweep.run());
    const metrics::counters& counted = metrics::counters_of(thread.server.world().get_executor());
    BOOST_TEST(counted.retention_sweeps == 1U);
    BOOST_TEST(counted.events_trimmed == 0U);
}

BOOST_AUTO_TEST_CASE(by_its_size_the_oldest_run_goes) {
    old_and_young thread;
    thread.sweep({.days = 0, .bytes_max = 2000});
    flow_client& client = thread.resume(0);
    expect_trimmed(client.only("subscribed"));
    BOOST_TEST(seqs_of(client).front() >= thread.first_kept);
}

BOOST_AUTO_TEST_CASE(a_full_disk_ends_the_sweep_by_name_and_the_next_one_goes_on) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    old_and_young thread(std::move(with));
    log.fill_after(0);
    thread.sweep();
    BOOST_TEST(thread.server.failures().count(failure::code::storage_unavailable) == 1U);
    const auto records = thread.server.failures().snapshot().records;
    BOOST_TEST(records.back().detail.starts_with("retention stops until the next sweep: "));
    log.make_room();
    thread.sweep();
    expect_trimmed(thread.resume(1).only("subscribed"));
}

BOOST_AUTO_TEST_SUITE_END()
