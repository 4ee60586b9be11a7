#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using protocol::run_state;
using seqs = std::vector<std::int64_t>;
using ids = std::vector<std::string>;

namespace {

// Ten events whose payloads have 13 bytes each.
void fill(asker& ask) {
    ask.commit(texts_behind(0, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}
constexpr std::size_t payload_bytes = 13;

seqs read_seqs(asker& ask, page_request request) {
    return seqs_of(ask.read(std::move(request)).events);
}

ids run_ids_of(const thread_row& row) {
    ids found;
    for (const open_run& run : row.open_runs)
        found.push_back(run.run_id);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_read)

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_lies_between_its_bounds, store, stores) {
    store at;
    fill(at.ask);
    BOOST_TEST(read_seqs(at.ask, page_behind(0, 10)).size() == 10U);
    BOOST_TEST(read_seqs(at.ask, page_behind(3, 6)) == (seqs{4, 5, 6}));
    BOOST_TEST(read_seqs(at.ask, page_behind(8, 99)) == (seqs{9, 10}));
    BOOST_TEST(read_seqs(at.ask, page_behind(-1, 1)) == (seqs{1}));
    BOOST_TEST(read_seqs(at.ask, page_behind(5, 5)).empty());
    BOOST_TEST(read_seqs(at.ask, page_behind(6, 5)).empty());
    BOOST_TEST(read_seqs(at.ask, page_behind(10, 99)).empty());
    BOOST_TEST(at.ask.read(page_behind(10, 99)).epoch == "e_1");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_holds_no_more_events_than_asked_for, store, stores) {
    store at;
    fill(at.ask);
    page_request request = page_behind(2, 9);
    request.events_max = 3;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3, 4, 5}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_holds_no_more_bytes_than_asked_for, store, stores) {
    store at;
    fill(at.ask);
    page_request request = page_behind(2, 9);
    request.bytes_max = 2 * payload_bytes;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3, 4}));
    request.bytes_max = 3 * payload_bytes - 1;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3, 4}));
    request.bytes_max = 3 * payload_bytes;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3, 4, 5}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_holds_one_event_however_large, store, stores) {
    store at;
    fill(at.ask);
    page_request request = page_behind(2, 9);
    request.bytes_max = 1;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3}));
    request.events_max = 0;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(
    a_page_from_the_newest_side_ends_with_its_upper_bound,
    store,
    stores
) {
    store at;
    fill(at.ask);
    page_request request = page_behind(2, 9);
    request.side = page_side::newest;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{3, 4, 5, 6, 7, 8, 9}));
    request.events_max = 3;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{7, 8, 9}));
    request.bytes_max = 2 * payload_bytes;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{8, 9}));
    request.bytes_max = 1;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{9}));
    request.up_to_seq = 99;
    BOOST_TEST(read_seqs(at.ask, request) == (seqs{10}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pages_join_without_gap_or_duplicate, store, stores) {
    store at;
    fill(at.ask);
    seqs joined;
    page_request request = page_behind(0, 10);
    request.events_max = 4;
    request.bytes_max = 3 * payload_bytes;
    for (page read = at.ask.read(request); !read.events.empty(); read = at.ask.read(request)) {
        for (const protocol::event& event : read.events)
            joined.push_back(event.seq);
        request.after_seq = joined.back();
    }
    BOOST_TEST(joined == (seqs{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_page_of_another_epoch_is_empty_and_names_its_own, store, stores) {
    store at;
    fill(at.ask);
    for (const char* epoch : {"e_2", ""}) {
        page_request request = page_behind(0, 10);
        request.epoch = epoch;
        const page read = at.ask.read(request);
        BOOST_TEST(read.epoch == "e_1");
        BOOST_TEST(read.events.empty());
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_that_does_not_exist_is_empty, store, stores) {
    store at;
    fill(at.ask);
    const protocol::thread_key nobody{"ada", "t9"};
    page_request request = page_behind(0, 10);
    request.key = nobody;
    const page read = at.ask.read(request);
    BOOST_TEST(read.epoch.empty());
    BOOST_TEST(read.events.empty());
    BOOST_TEST(!at.ask.open(nobody));
    BOOST_TEST(!at.ask.find(nobody, {.message_id = "m_1", .run_id = {}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_read_sees_every_commit_before_it, store, stores) {
    store at;
    for (std::int64_t seq = 0; seq < 50; ++seq) {
        at.ask.commit(texts_behind(seq, {std::to_string(seq)}));
        BOOST_REQUIRE(read_seqs(at.ask, page_behind(seq, seq + 1)) == (seqs{seq + 1}));
        BOOST_REQUIRE(at.ask.open(ada())->last_seq == seq + 1);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_are_read_apart, store, stores) {
    store at;
    const protocol::thread_key bob{"bob", "t1"};
    for (std::int64_t seq = 0; seq < 5; ++seq) {
        at.ask.commit(texts_behind(seq, {"ada's"}));
        at.ask.commit(texts_behind(seq, {"bob's"}, bob));
    }
    BOOST_TEST(at.ask.events_of(ada()).size() == 5U);
    for (const protocol::event& event : at.ask.events_of(bob))
        BOOST_TEST(event.payload_json == R"({"delta":"bob's"})");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(messages_of_both_sides_are_counted, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    append_request answer = texts_behind(1, {"delta", "whole"});
    answer.events[1].type = protocol::event_type::assistant_message;
    at.ask.commit(answer);
    at.ask.commit(texts_behind(3, {"delta"}));
    BOOST_TEST(at.ask.open(ada())->messages == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_is_found_by_either_of_its_ids, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(message_behind(1, "m_2", "r_2"));
    for (const run_reference& which :
         {run_reference{"m_2", {}}, run_reference{{}, "r_2"}, run_reference{"m_2", "r_2"}}) {
        const std::optional<duplicate_message> found = at.ask.find(ada(), which);
        BOOST_REQUIRE(found);
        BOOST_TEST(found->run_id == "r_2");
        BOOST_TEST(found->seq == 2);
        BOOST_TEST(found->content_digest == "digest of r_2");
        BOOST_TEST((found->state == run_state::running));
    }
    for (const run_reference& which :
         {run_reference{"m_1", "r_2"},
          run_reference{"m_9", {}},
          run_reference{"r_1", {}},
          run_reference{{}, "m_1"},
          run_reference{}})
        BOOST_TEST(!at.ask.find(ada(), which));
    BOOST_TEST(!at.ask.find({"bob", "t1"}, {{}, "r_1"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(open_runs_stand_in_the_order_of_their_messages, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_z", "r_c"));
    at.ask.commit(message_behind(1, "m_y", "r_a"));
    at.ask.commit(message_behind(2, "m_x", "r_b"));
    BOOST_TEST(run_ids_of(*at.ask.open(ada())) == (ids{"r_c", "r_a", "r_b"}));
    at.ask.commit(state_behind(3, "r_a", run_state::finished));
    BOOST_TEST(run_ids_of(*at.ask.open(ada())) == (ids{"r_c", "r_b"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_with_open_runs_are_listed_by_key, store, stores) {
    store at;
    BOOST_TEST(at.ask.list_open_runs().empty());
    at.ask.commit(message_behind(0, "m_1", "r_1", {"bob", "t1"}));
    at.ask.commit(message_behind(0, "m_1", "r_1", {"ada", "t2"}));
    at.ask.commit(message_behind(1, "m_2", "r_2", {"ada", "t2"}));
    at.ask.commit(texts_behind(0, {"no run"}, {"cleo", "t1"}));
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(state_behind(1, "r_1", run_state::finished));

    const std::vector<thread_runs> listed = at.ask.list_open_runs();
    BOOST_REQUIRE_EQUAL(listed.size(), 2U);
    BOOST_TEST((listed[0].key == protocol::thread_key{"ada", "t2"}));
    BOOST_TEST(listed[0].row.epoch == "e_1");
    BOOST_TEST(listed[0].row.last_seq == 2);
    BOOST_TEST(listed[0].row.first_seq == 1);
    BOOST_TEST(listed[0].row.messages == 2);
    BOOST_TEST(run_ids_of(listed[0].row) == (ids{"r_1", "r_2"}));
    BOOST_TEST(listed[0].row.open_runs[1].message_id == "m_2");
    BOOST_TEST(listed[0].row.open_runs[1].message_seq == 2);
    BOOST_TEST((listed[1].key == protocol::thread_key{"bob", "t1"}));
}

BOOST_AUTO_TEST_SUITE_END()
