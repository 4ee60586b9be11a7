#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using seqs = std::vector<std::int64_t>;

namespace {

void expect_deleted(asker& ask, const protocol::thread_key& key) {
    BOOST_REQUIRE(std::holds_alternative<deleted>(ask.delete_thread(key)));
}

append_request of_epoch(append_request request, const std::string& epoch) {
    request.epoch = epoch;
    return request;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_deletion)

BOOST_AUTO_TEST_CASE_TEMPLATE(no_question_finds_a_deleted_thread, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(texts_behind(1, {"a", "b"}));
    expect_deleted(at.ask, ada());
    BOOST_TEST(!at.ask.open(ada()));
    BOOST_TEST(at.ask.read(page_behind(0, 99)).events.empty());
    BOOST_TEST(at.ask.read(page_behind(0, 99)).epoch.empty());
    BOOST_TEST(!at.ask.find(ada(), {"m_1", {}}));
    BOOST_TEST(at.ask.list_open_runs().empty());
    BOOST_TEST(at.ask.list_user_runs("ada").empty());
    BOOST_TEST(at.ask.list_threads({.user_id = "ada"}).threads.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_not_there_is_told_apart, store, stores) {
    store at;
    BOOST_TEST(std::holds_alternative<not_there>(at.ask.delete_thread(ada())));
    at.ask.commit(texts_behind(0, {"x"}));
    BOOST_TEST(std::holds_alternative<not_there>(at.ask.delete_thread({"ada", "t2"})));
    expect_deleted(at.ask, ada());
    BOOST_TEST(std::holds_alternative<not_there>(at.ask.delete_thread(ada())));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(other_threads_stay, store, stores) {
    store at;
    for (const protocol::thread_key& key :
         {ada(), protocol::thread_key{"ada", "t2"}, protocol::thread_key{"bob", "t1"}})
        at.ask.commit(message_behind(0, "m_1", "r_1", key));
    expect_deleted(at.ask, ada());
    BOOST_TEST(at.ask.events_of({"ada", "t2"}).size() == 1U);
    BOOST_TEST(at.ask.events_of({"bob", "t1"}).size() == 1U);
    BOOST_TEST(at.ask.list_open_runs().size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_made_again_knows_nothing_of_the_first, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(texts_behind(1, {"old", "old"}));
    expect_deleted(at.ask, ada());
    append_request again = of_epoch(message_behind(0, "m_1", "r_1"), "e_2");
    again.title = "second";
    BOOST_TEST(at.ask.commit(again) == 1);
    const auto row = at.ask.open(ada());
    BOOST_REQUIRE(row);
    BOOST_TEST(row->epoch == "e_2");
    BOOST_TEST(row->last_seq == 1);
    BOOST_TEST(row->first_seq == 1);
    BOOST_TEST(row->messages == 1);
    BOOST_TEST(row->title == "second");
    BOOST_TEST(seqs_of(at.ask.events_of(ada())) == (seqs{1}));
    BOOST_TEST(at.ask.read(page_behind(0, 9)).events.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(
    an_append_of_the_first_incarnation_is_refused_in_the_second,
    store,
    stores
) {
    store at;
    at.ask.commit(texts_behind(0, {"a"}));
    expect_deleted(at.ask, ada());
    BOOST_TEST(std::holds_alternative<wrong_position>(at.ask.append(texts_behind(1, {"late"}))));
    at.ask.commit(of_epoch(texts_behind(0, {"a"}), "e_2"));
    BOOST_TEST(std::holds_alternative<wrong_position>(at.ask.append(texts_behind(1, {"late"}))));
    BOOST_TEST(at.ask.events_of(ada()).size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_owner_that_was_replaced_cannot_delete, store, stores) {
    store at;
    append_request by_new_owner = texts_behind(0, {"x"});
    by_new_owner.fencing_token = 7;
    at.ask.commit(by_new_owner);
    const auto by = [&](std::int64_t token) {
        return at.ask.ended(at.log.delete_thread({ada(), token}));
    };
    BOOST_TEST(std::holds_alternative<fenced>(by(6)));
    BOOST_TEST(at.ask.open(ada()).has_value());
    BOOST_TEST(std::holds_alternative<deleted>(by(7)));
}

BOOST_AUTO_TEST_SUITE_END()
