#include "core/storage/append_facts.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using protocol::event_type;
using protocol::run_state;
using seqs = std::vector<std::int64_t>;

namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t start_ms = 1'790'000'000'000;

/// Everything that a sweep has taken away.
trimmed swept(asker& ask, event_log& log, const retention& keep) {
    trimmed all;
    for (trimmed step{.threads = {}, .more = true}; step.more;) {
        trim_verdict verdict = ask.ended(log.trim(keep));
        BOOST_REQUIRE(std::holds_alternative<trimmed>(verdict));
        step = std::get<trimmed>(std::move(verdict));
        for (trimmed_thread& one : step.threads)
            all.threads.push_back(std::move(one));
        all.events += step.events;
        all.bytes += step.bytes;
    }
    return all;
}

retention older_than(std::int64_t before_ms) {
    return {.now_ms = start_ms + 1000 * day_ms, .before_ms = before_ms, .bytes_max = 0};
}

retention at_most(std::int64_t bytes) {
    return {.now_ms = start_ms + 1000 * day_ms, .before_ms = 0, .bytes_max = bytes};
}

void stamp(append_request& request, std::int64_t at_ms) {
    request.now_ms = at_ms;
    for (protocol::event& event : request.events)
        event.timestamp_ms = at_ms;
}

/// A message that makes run `name`, at that time.
append_request
asks(std::int64_t behind, const std::string& name, std::int64_t at_ms, protocol::thread_key key) {
    append_request request = message_behind(behind, "m_" + name, name, std::move(key));
    stamp(request, at_ms);
    return request;
}

/// An answer to it and its end.
append_request
ends(std::int64_t behind, const std::string& name, std::int64_t at_ms, protocol::thread_key key) {
    append_request request = texts_behind(behind, {"a", "b", "c"}, std::move(key));
    for (protocol::event& event : request.events)
        event.run_id = name;
    request.events[1].type = event_type::assistant_message;
    request.events[2].type = event_type::agent_completed;
    request.runs.push_back({name, run_state::finished});
    stamp(request, at_ms);
    return request;
}

constexpr std::int64_t events_of_a_run = 4;

/// A whole run of four events.
void run(asker& ask, const std::string& name, std::int64_t at_ms, std::int64_t behind) {
    ask.commit(asks(behind, name, at_ms, ada()));
    ask.commit(ends(behind + 1, name, at_ms, ada()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_retention)

BOOST_AUTO_TEST_CASE_TEMPLATE(runs_older_than_the_bound_go_and_the_others_stay, store, stores) {
    store at;
    for (std::int64_t day = 0; day < 5; ++day)
        run(at.ask, std::to_string(day), start_ms + day * day_ms, day * events_of_a_run);
    const trimmed gone = swept(at.ask, at.log, older_than(start_ms + 2 * day_ms));
    BOOST_TEST(gone.events == 8);
    BOOST_REQUIRE_EQUAL(gone.threads.size(), 1U);
    BOOST_TEST((gone.threads[0].key == ada()));
    BOOST_TEST(gone.threads[0].epoch == "e_1");
    BOOST_TEST(gone.threads[0].first_seq == 9);
    BOOST_TEST(gone.threads[0].messages == 4);
    const auto row = at.ask.open(ada());
    BOOST_TEST(row->first_seq == 9);
    BOOST_TEST(row->last_seq == 20);
    BOOST_TEST(row->messages == 6);
    BOOST_TEST(at.ask.events_of(ada()).front().seq == 9);
    BOOST_TEST(at.ask.events_of(ada()).size() == 12U);
    BOOST_TEST(swept(at.ask, at.log, older_than(start_ms + 2 * day_ms)).events == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_says_where_the_thread_begins, store, stores) {
    store at;
    run(at.ask, "r", start_ms, 0);
    run(at.ask, "s", start_ms + day_ms, 4);
    swept(at.ask, at.log, older_than(start_ms + 1));
    const page read = at.ask.read(page_behind(1, 6));
    BOOST_TEST(read.first_seq == 5);
    BOOST_TEST(seqs_of(read.events) == (seqs{5, 6}));
    const page before_it = at.ask.read(page_behind(0, 3));
    BOOST_TEST(before_it.first_seq == 5);
    BOOST_TEST(before_it.events.empty());
    page_request newest = page_behind(0, 8);
    newest.side = page_side::newest;
    BOOST_TEST(seqs_of(at.ask.read(newest).events) == (seqs{5, 6, 7, 8}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_that_is_open_keeps_what_follows_it, store, stores) {
    store at;
    run(at.ask, "r", start_ms, 0);
    at.ask.commit(asks(4, "open", start_ms, ada()));
    at.ask.commit(asks(5, "queued", start_ms, ada()));
    at.ask.commit(ends(6, "open", start_ms, ada()));
    const retention everything = older_than(start_ms + day_ms);
    BOOST_TEST(swept(at.ask, at.log, everything).events == 4);
    BOOST_TEST(at.ask.open(ada())->first_seq == 5);
    BOOST_TEST(at.ask.open(ada())->open_runs.size() == 1U);
    at.ask.commit(ends(9, "queued", start_ms, ada()));
    BOOST_TEST(swept(at.ask, at.log, everything).events == 8);
    BOOST_TEST(at.ask.open(ada())->first_seq == 13);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_goes_when_its_last_event_is_old_enough, store, stores) {
    store at;
    at.ask.commit(asks(0, "r", start_ms, ada()));
    at.ask.commit(ends(1, "r", start_ms + day_ms, ada()));
    BOOST_TEST(swept(at.ask, at.log, older_than(start_ms + day_ms)).events == 0);
    BOOST_TEST(swept(at.ask, at.log, older_than(start_ms + day_ms + 1)).events == 4);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_without_events_goes_on_where_it_stood, store, stores) {
    store at;
    append_request first = asks(0, "r", start_ms, ada());
    first.title = "the title";
    at.ask.commit(first);
    at.ask.commit(ends(1, "r", start_ms, ada()));
    BOOST_TEST(swept(at.ask, at.log, older_than(start_ms + 1)).events == 4);
    const auto row = at.ask.open(ada());
    BOOST_REQUIRE(row);
    BOOST_TEST(row->epoch == "e_1");
    BOOST_TEST(row->first_seq == 5);
    BOOST_TEST(row->last_seq == 4);
    BOOST_TEST(row->messages == 0);
    BOOST_TEST(row->title == "the title");
    BOOST_TEST(at.ask.list_threads({.user_id = "ada"}).threads.size() == 1U);
    run(at.ask, "s", start_ms + day_ms, 4);
    BOOST_TEST(seqs_of(at.ask.events_of(ada())) == (seqs{5, 6, 7, 8}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_is_known_after_its_events_have_gone, store, stores) {
    store at;
    run(at.ask, "r", start_ms, 0);
    swept(at.ask, at.log, older_than(start_ms + 1));
    const auto again = at.ask.append(asks(4, "r", start_ms + day_ms, ada()));
    BOOST_REQUIRE(std::holds_alternative<duplicate_message>(again));
    BOOST_TEST(std::get<duplicate_message>(again).run_id == "r");
    BOOST_TEST(std::get<duplicate_message>(again).seq == 1);
    BOOST_TEST(at.ask.find(ada(), {"m_r", {}})->content_digest == "digest of r");
    BOOST_TEST(at.ask.find(ada(), {{}, "r"}).has_value());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_threads_begin_where_they_did, store, stores) {
    store at;
    run(at.ask, "r", start_ms, 0);
    const protocol::thread_key bobs{"bob", "t1"};
    at.ask.commit(asks(0, "r", start_ms + day_ms, bobs));
    at.ask.commit(ends(1, "r", start_ms + day_ms, bobs));
    BOOST_TEST(swept(at.ask, at.log, older_than(start_ms + day_ms)).events == 4);
    BOOST_TEST(at.ask.open(bobs)->first_seq == 1);
    BOOST_TEST(at.ask.events_of(bobs).size() == 4U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(for_their_size_the_oldest_runs_go_first, store, stores) {
    store at;
    const protocol::thread_key others[] = {{"ada", "t1"}, {"bob", "t1"}, {"ada", "t2"}};
    std::int64_t bytes = 0;
    for (std::int64_t round = 0; round < 3; ++round)
        for (const protocol::thread_key& key : others) {
            const std::int64_t at_ms = start_ms + ++bytes;
            const std::string name = "r" + std::to_string(round);
            at.ask.commit(asks(round * events_of_a_run, name, at_ms, key));
            at.ask.commit(ends(round * events_of_a_run + 1, name, at_ms, key));
        }
    const std::int64_t all = 9 * (stored_bytes(asks(0, "r0", 0, ada()).events) +
                                  stored_bytes(ends(1, "r0", 0, ada()).events));
    BOOST_TEST(swept(at.ask, at.log, at_most(all)).events == 0);
    // A byte less costs the oldest run; half of it the older half and one.
    const trimmed one = swept(at.ask, at.log, at_most(all - 1));
    BOOST_REQUIRE_EQUAL(one.threads.size(), 1U);
    BOOST_TEST((one.threads[0].key == others[0]));
    BOOST_TEST(one.bytes == all / 9);
    const trimmed half = swept(at.ask, at.log, at_most(all / 2));
    BOOST_TEST(half.events == 4 * events_of_a_run);
    BOOST_TEST(at.ask.open(others[0])->first_seq == 9);
    BOOST_TEST(at.ask.open(others[1])->first_seq == 9);
    BOOST_TEST(at.ask.open(others[2])->first_seq == 5);
    BOOST_TEST(swept(at.ask, at.log, at_most(1)).events == 4 * events_of_a_run);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(
    for_its_size_an_open_run_stays_and_a_younger_one_goes,
    store,
    stores
) {
    store at;
    at.ask.commit(asks(0, "open", start_ms, ada()));
    const protocol::thread_key other{"ada", "t2"};
    at.ask.commit(asks(0, "r", start_ms + 1, other));
    at.ask.commit(ends(1, "r", start_ms + 1, other));
    BOOST_TEST(swept(at.ask, at.log, at_most(1)).events == 4);
    BOOST_TEST(at.ask.open(ada())->first_seq == 1);
    BOOST_TEST(at.ask.open(other)->first_seq == 5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_a_clock_that_was_ahead_has_stamped_stops_nobody, store, stores) {
    store at;
    run(at.ask, "future", start_ms + 4000 * day_ms, 0);
    const protocol::thread_key other{"ada", "t2"};
    at.ask.commit(asks(0, "r", start_ms, other));
    at.ask.commit(ends(1, "r", start_ms, other));
    BOOST_TEST(swept(at.ask, at.log, older_than(start_ms + 1)).events == 4);
    BOOST_TEST(at.ask.open(ada())->first_seq == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_step_is_small_however_much_there_is, store, stores) {
    store at;
    std::int64_t seq = 0;
    for (int round = 0; round < 4; ++round) {
        append_request texts = texts_behind(seq, std::vector<std::string>(1000, "x"));
        stamp(texts, start_ms);
        seq = at.ask.commit(texts);
    }
    int steps = 0;
    std::int64_t events = 0;
    for (bool more = true; more; ++steps) {
        auto verdict = at.ask.ended(at.log.trim(older_than(start_ms + 1)));
        const trimmed step = std::get<trimmed>(std::move(verdict));
        BOOST_TEST(step.events <= 500);
        events += step.events;
        more = step.more;
    }
    BOOST_TEST(events == 4000);
    BOOST_TEST(steps >= 8);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(without_a_bound_nothing_goes, store, stores) {
    store at;
    run(at.ask, "r", 1, 0);
    const retention none{.now_ms = std::numeric_limits<std::int64_t>::max()};
    BOOST_TEST(swept(at.ask, at.log, none).events == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_deleted_and_made_anew_in_the_sweep_is_whole, store, stores) {
    store at;
    append_request old_ones = texts_behind(0, std::vector<std::string>(2000, "x"));
    stamp(old_ones, start_ms);
    at.ask.commit(old_ones);
    const retention keep = older_than(start_ms + 1);
    (void)at.ask.ended(at.log.trim(keep));
    BOOST_REQUIRE(std::holds_alternative<deleted>(at.ask.delete_thread(ada())));
    append_request young = asks(0, "r", start_ms + day_ms, ada());
    young.epoch = "e_2";
    at.ask.commit(young);
    swept(at.ask, at.log, keep);
    const auto row = at.ask.open(ada());
    BOOST_TEST(row->first_seq == 1);
    BOOST_TEST(row->messages == 1);
    page_request of_it = page_behind(0, 9);
    of_it.epoch = "e_2";
    BOOST_TEST(at.ask.read(of_it).events.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
