#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using protocol::run_state;
using ids = std::vector<std::string>;

namespace {

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t start_ms = 1'790'000'000'000;

// A thread of one event, last changed then.
void add(asker& ask, const std::string& thread_id, std::int64_t updated_ms) {
    append_request request = texts_behind(0, {"x"}, {"ada", thread_id});
    request.now_ms = updated_ms;
    request.title = "about " + thread_id;
    ask.commit(std::move(request));
}

ids ids_of(const thread_list& list) {
    ids found;
    for (const listed_thread& one : list.threads)
        found.push_back(one.thread_id);
    return found;
}

ids of_ada(asker& ask) {
    return ids_of(ask.list_threads({.user_id = "ada"}));
}

list_position last_of(const thread_list& list) {
    return {list.threads.back().updated_ms, list.threads.back().thread_id};
}

listed_thread only_of(asker& ask) {
    const thread_list list = ask.list_threads({.user_id = "ada"});
    BOOST_REQUIRE_EQUAL(list.threads.size(), 1U);
    return list.threads.front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_lists)

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_stand_in_the_order_of_their_last_change, store, stores) {
    store at;
    BOOST_TEST(of_ada(at.ask).empty());
    add(at.ask, "b", start_ms);
    add(at.ask, "d", start_ms + 1);
    add(at.ask, "a", start_ms + 2 * hour_ms);
    add(at.ask, "c", start_ms);
    BOOST_TEST(of_ada(at.ask) == (ids{"a", "d", "b", "c"}));
    for (const std::int64_t updated_ms : {start_ms + 2, start_ms + 3 * hour_ms}) {
        append_request again =
            texts_behind(updated_ms == start_ms + 2 ? 1 : 2, {"y"}, {"ada", "c"});
        again.now_ms = updated_ms;
        at.ask.commit(again);
        BOOST_TEST(at.ask.list_threads({.user_id = "ada"}).more == false);
        BOOST_TEST(
            of_ada(at.ask) ==
            (updated_ms == start_ms + 2 ? ids{"a", "c", "d", "b"} : ids{"c", "a", "d", "b"})
        );
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_is_listed_with_what_a_list_shows, store, stores) {
    store at;
    add(at.ask, "t1", start_ms);
    append_request message = message_behind(1, "m_1", "r_1");
    message.now_ms = start_ms + 7;
    message.title = "only the append that makes a thread names it";
    at.ask.commit(message);
    const listed_thread one = only_of(at.ask);
    BOOST_TEST(one.title == "about t1");
    BOOST_TEST(one.last_seq == 2);
    BOOST_TEST(one.updated_ms == start_ms + 7);
    BOOST_REQUIRE(one.active_run);
    BOOST_TEST(one.active_run->run_id == "r_1");
    BOOST_TEST((one.active_run->state == run_state::running));
    BOOST_TEST(at.ask.open(ada())->title == "about t1");
    at.ask.commit(state_behind(2, "r_1", run_state::finished));
    BOOST_TEST(!only_of(at.ask).active_run);
}

// By an append without an event, which moves it in no list unless its time says so.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_gets_another_title, store, stores) {
    store at;
    append_request first = texts_behind(0, {"x"});
    first.now_ms = start_ms;
    first.title = "of the beginning";
    first.new_title = "only a thread that exists gets another one";
    at.ask.commit(std::move(first));
    BOOST_TEST(only_of(at.ask).title == "of the beginning");
    append_request renamed = texts_behind(1, {});
    renamed.now_ms = start_ms;
    renamed.new_title = "a better one";
    BOOST_TEST(at.ask.commit(renamed) == 1);
    BOOST_TEST(at.ask.open(ada())->title == "a better one");
    append_request again = texts_behind(1, {"y"});
    again.now_ms = start_ms;
    at.ask.commit(std::move(again));
    const listed_thread one = only_of(at.ask);
    BOOST_TEST(one.title == "a better one");
    BOOST_TEST(one.last_seq == 2);
    BOOST_TEST(one.updated_ms == start_ms);
    renamed.new_title = "from somewhere else";
    BOOST_TEST(std::holds_alternative<wrong_position>(at.ask.append(renamed)));
    BOOST_TEST(only_of(at.ask).title == "a better one");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(
    the_active_run_is_the_one_at_work_else_the_first_that_waits,
    store,
    stores
) {
    store at;
    std::int64_t seq = 0;
    for (const char* run : {"r_c", "r_b", "r_a"}) {
        append_request message = message_behind(seq++, run, run);
        message.message->state = run_state::queued;
        at.ask.commit(message);
    }
    BOOST_TEST(only_of(at.ask).active_run->run_id == "r_c");
    at.ask.commit(state_behind(seq++, "r_a", run_state::suspended));
    BOOST_TEST(only_of(at.ask).active_run->run_id == "r_a");
    BOOST_TEST((only_of(at.ask).active_run->state == run_state::suspended));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pages_of_threads_join_without_gap_or_duplicate, store, stores) {
    store at;
    ids all;
    for (int i = 0; i < 12; ++i)
        add(at.ask, "t" + std::to_string(10 + i), start_ms - (i / 3) * hour_ms / 2);
    all = of_ada(at.ask);
    BOOST_REQUIRE_EQUAL(all.size(), 12U);
    for (std::size_t size = 1; size <= 13; ++size) {
        ids joined;
        threads_request request{.user_id = "ada", .behind = {}, .threads_max = size};
        for (bool more = true; more;) {
            const thread_list list = at.ask.list_threads(request);
            BOOST_REQUIRE_LE(list.threads.size(), size);
            for (const std::string& id : ids_of(list))
                joined.push_back(id);
            more = list.more;
            request.behind = last_of(list);
        }
        BOOST_TEST(joined == all);
        BOOST_TEST(at.ask.list_threads(request).threads.empty());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_of_threads_ends_at_its_bytes_but_holds_one, store, stores) {
    store at;
    for (const char* id : {"1", "2", "3"})
        add(at.ask, id, start_ms);
    const std::size_t each = std::string("1about 1").size();
    threads_request request{.user_id = "ada", .behind = {}, .threads_max = 9, .bytes_max = 1};
    BOOST_TEST(ids_of(at.ask.list_threads(request)) == (ids{"1"}));
    BOOST_TEST(at.ask.list_threads(request).more);
    request.bytes_max = 2 * each;
    BOOST_TEST(ids_of(at.ask.list_threads(request)) == (ids{"1", "2"}));
    request.bytes_max = 3 * each;
    BOOST_TEST(!at.ask.list_threads(request).more);
    request.threads_max = 0;
    BOOST_TEST(ids_of(at.ask.list_threads(request)) == (ids{"1"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nobody_sees_the_threads_or_runs_of_another_user, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(message_behind(0, "m_1", "r_2", {"bob", "secret"}));
    BOOST_TEST(of_ada(at.ask) == (ids{"t1"}));
    for (const user_run& run : at.ask.list_user_runs("ada"))
        BOOST_TEST(run.thread_id == "t1");
    for (const char* nobody : {"", "ad", "adaa", "cleo"}) {
        BOOST_TEST(at.ask.list_threads({.user_id = nobody}).threads.empty());
        BOOST_TEST(at.ask.list_user_runs(nobody).empty());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_users_open_runs_are_listed_by_thread_and_message, store, stores) {
    store at;
    BOOST_TEST(at.ask.list_user_runs("ada").empty());
    append_request queued = message_behind(1, "m_2", "r_0");
    queued.message->state = run_state::queued;
    at.ask.commit(message_behind(0, "m_1", "r_1", {"ada", "t2"}));
    at.ask.commit(message_behind(0, "m_1", "r_9"));
    at.ask.commit(queued);
    at.ask.commit(message_behind(0, "m_1", "r_3", {"ada", "t3"}));
    at.ask.commit(state_behind(2, "r_9", run_state::suspended));
    const auto runs = at.ask.list_user_runs("ada");
    BOOST_REQUIRE_EQUAL(runs.size(), 4U);
    BOOST_TEST(runs[0].thread_id == "t1");
    BOOST_TEST(runs[0].run_id == "r_9");
    BOOST_TEST((runs[0].state == run_state::suspended));
    BOOST_TEST(runs[1].run_id == "r_0");
    BOOST_TEST((runs[1].state == run_state::queued));
    BOOST_TEST(runs[2].thread_id == "t2");
    BOOST_TEST(runs[3].thread_id == "t3");
    at.ask.commit(state_behind(3, "r_9", run_state::finished));
    BOOST_TEST(at.ask.list_user_runs("ada").front().run_id == "r_0");
}

BOOST_AUTO_TEST_SUITE_END()
