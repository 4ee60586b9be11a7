#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;

namespace {

constexpr std::int64_t events_per_append = 1000;

void fill(asker& ask, const protocol::thread_key& key, std::int64_t events) {
    const std::vector<std::string> texts(events_per_append, "text");
    for (std::int64_t seq = 0; seq < events; seq += events_per_append)
        ask.commit(texts_behind(seq, texts, key));
}

// What `question` costs, in steps of SQLite's virtual machine: rows and index cells touched. Asked
// once before, since a statement's first execution takes a step more than all later ones.
template <class Question>
std::int64_t steps_of(sqlite_store& at, Question question) {
    question();
    const std::int64_t before = at.log.figures().read_steps;
    question();
    return at.log.figures().read_steps - before;
}

// A statement takes a step more or less by where its rows begin in their pages; what a test here
// looks for is a cost that grows with the rows.
bool costs_the_same(std::int64_t left, std::int64_t right) {
    return std::abs(left - right) <= 2;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_cost)

BOOST_AUTO_TEST_CASE(the_newest_events_of_a_long_thread_cost_what_those_of_a_short_one_do) {
    sqlite_store at;
    const protocol::thread_key short_one{"ada", "short"};
    const protocol::thread_key long_one{"ada", "long"};
    fill(at.ask, short_one, 1'000);
    fill(at.ask, long_one, 50'000);
    const auto newest_of = [&](const protocol::thread_key& key, std::int64_t head) {
        return steps_of(at, [&] {
            page_request request = page_behind(head - 100, head);
            request.key = key;
            BOOST_REQUIRE_EQUAL(at.ask.read(request).events.size(), 100U);
        });
    };
    const std::int64_t of_short = newest_of(short_one, 1'000);
    BOOST_TEST(of_short > 100);
    BOOST_TEST(costs_the_same(newest_of(long_one, 50'000), of_short));
}

BOOST_AUTO_TEST_CASE(a_page_from_the_newest_side_costs_what_it_holds) {
    sqlite_store at;
    const protocol::thread_key short_one{"ada", "short"};
    const protocol::thread_key long_one{"ada", "long"};
    fill(at.ask, short_one, 1'000);
    fill(at.ask, long_one, 20'000);
    const auto newest_of = [&](const protocol::thread_key& key, std::int64_t head) {
        return steps_of(at, [&] {
            page_request request = page_behind(0, head);
            request.key = key;
            request.side = page_side::newest;
            request.events_max = 100;
            BOOST_REQUIRE_EQUAL(at.ask.read(request).events.back().seq, head);
        });
    };
    const std::int64_t of_short = newest_of(short_one, 1'000);
    BOOST_TEST(costs_the_same(newest_of(long_one, 20'000), of_short));
}

BOOST_AUTO_TEST_CASE(listing_threads_costs_what_is_listed_and_not_what_is_older) {
    sqlite_store at;
    const auto add = [&](int first, int last) {
        for (int i = first; i < last; ++i) {
            append_request request = texts_behind(0, {"x"}, {"ada", "t" + std::to_string(i)});
            request.now_ms = std::int64_t{1'790'000'000'000} - i * std::int64_t{3'600'000};
            at.ask.commit(request);
        }
    };
    const auto newest = [&] {
        return steps_of(at, [&] {
            BOOST_REQUIRE_EQUAL(at.ask.list_threads({"ada", {}, 10}).threads.size(), 10U);
        });
    };
    add(0, 20);
    const std::int64_t of_few = newest();
    add(20, 400);
    BOOST_TEST(costs_the_same(newest(), of_few));
}

BOOST_AUTO_TEST_CASE(a_listed_thread_costs_nothing_for_its_ended_runs) {
    sqlite_store at;
    const auto add_ended = [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t run = first; run < last; ++run) {
            append_request request = message_behind(run, std::to_string(run), std::to_string(run));
            request.message->state = protocol::run_state::finished;
            at.ask.commit(request);
        }
    };
    const auto list = [&] {
        return steps_of(at, [&] { at.ask.list_threads({"ada"}); });
    };
    add_ended(0, 2);
    const std::int64_t of_few = list();
    add_ended(2, 200);
    BOOST_TEST(costs_the_same(list(), of_few));
}

BOOST_AUTO_TEST_CASE(a_users_open_runs_cost_nothing_for_idle_threads_and_others_runs) {
    sqlite_store at;
    at.ask.commit(message_behind(0, "m", "r"));
    const auto of_ada = [&] {
        return steps_of(at, [&] { BOOST_REQUIRE_EQUAL(at.ask.list_user_runs("ada").size(), 1U); });
    };
    const std::int64_t alone = of_ada();
    for (int i = 0; i < 100; ++i) {
        at.ask.commit(texts_behind(0, {"idle"}, {"ada", "idle" + std::to_string(i)}));
        at.ask.commit(message_behind(0, "m", "r", {"bob", std::to_string(i)}));
    }
    BOOST_TEST(costs_the_same(of_ada(), alone));
}

BOOST_AUTO_TEST_CASE(opening_a_thread_costs_nothing_for_its_events_and_ended_runs) {
    sqlite_store at;
    const protocol::thread_key young{"ada", "young"};
    const protocol::thread_key old{"ada", "old"};
    at.ask.commit(message_behind(0, "m", "r", young));
    fill(at.ask, old, 5'000);
    for (std::int64_t run = 0; run < 50; ++run) {
        append_request request =
            message_behind(5'000 + run, std::to_string(run), std::to_string(run), old);
        request.message->state =
            run == 0 ? protocol::run_state::running : protocol::run_state::finished;
        at.ask.commit(request);
    }
    const std::int64_t of_young = steps_of(at, [&] { at.ask.open(young); });
    BOOST_TEST(costs_the_same(steps_of(at, [&] { at.ask.open(old); }), of_young));
}

BOOST_AUTO_TEST_CASE(listing_open_runs_costs_nothing_for_idle_threads) {
    sqlite_store at;
    at.ask.commit(message_behind(0, "m", "r"));
    const std::int64_t alone = steps_of(at, [&] { at.ask.list_open_runs(); });
    for (int i = 0; i < 100; ++i)
        at.ask.commit(texts_behind(0, {"idle"}, {"bob", std::to_string(i)}));
    BOOST_TEST(costs_the_same(steps_of(at, [&] { at.ask.list_open_runs(); }), alone));
}

BOOST_AUTO_TEST_SUITE_END()
