#include "tools/clarion-chat/thread_cursor.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace clarion::chat;
using clarion::protocol::server::recovery_failure;
using clarion::protocol::server::subscribed;

namespace {

subscribed recovered_at(std::string epoch, std::int64_t seq) {
    return {"t", std::move(epoch), seq, true, std::nullopt};
}

subscribed not_recovered(std::string epoch, std::int64_t seq) {
    return {"t", std::move(epoch), seq, false, recovery_failure::trimmed};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_cursor_place)

BOOST_AUTO_TEST_CASE(before_the_first_answer_there_is_no_place) {
    BOOST_TEST(!thread_cursor().since().has_value());
}

BOOST_AUTO_TEST_CASE(a_thread_that_comes_into_being_gives_its_epoch_with_its_first_event) {
    thread_cursor cursor;
    cursor.subscribed(recovered_at("", 0));
    BOOST_TEST((cursor.take("e1", 1) == event_place::next));
    BOOST_TEST(cursor.since()->epoch == "e1");
    BOOST_TEST(cursor.since()->seq == 1);
}

BOOST_AUTO_TEST_CASE(a_known_event_is_dropped_and_a_missing_one_is_noticed) {
    thread_cursor cursor;
    cursor.subscribed(recovered_at("e1", 7));
    BOOST_TEST((cursor.take("e1", 7) == event_place::known));
    BOOST_TEST((cursor.take("e1", 9) == event_place::gap));
    BOOST_TEST((cursor.take("e2", 8) == event_place::gap));
    BOOST_TEST((cursor.take("e1", 8) == event_place::next));
    BOOST_TEST((cursor.take("e1", 8) == event_place::known));
    BOOST_TEST(cursor.since()->seq == 8);
}

BOOST_AUTO_TEST_CASE(a_recovered_subscription_keeps_the_place) {
    thread_cursor cursor;
    cursor.subscribed(recovered_at("e1", 7));
    cursor.subscribed(recovered_at("e1", 12));
    BOOST_TEST(cursor.since()->seq == 7);
    BOOST_TEST((cursor.take("e1", 8) == event_place::next));
}

BOOST_AUTO_TEST_CASE(after_an_unrecovered_one_the_replay_begins_anywhere) {
    thread_cursor cursor;
    cursor.subscribed(recovered_at("e1", 7));
    cursor.subscribed(not_recovered("e2", 90));
    BOOST_TEST((cursor.take("e2", 41) == event_place::next));
    BOOST_TEST((cursor.take("e2", 43) == event_place::gap));
    BOOST_TEST((cursor.take("e2", 42) == event_place::next));
}

BOOST_AUTO_TEST_CASE(caught_up_tells_when_events_never_came) {
    thread_cursor cursor;
    cursor.subscribed(recovered_at("e1", 7));
    BOOST_TEST(cursor.caught_up(7));
    BOOST_TEST(!cursor.caught_up(8));
    cursor.subscribed(not_recovered("e2", 90));
    BOOST_TEST(cursor.caught_up(90));
    BOOST_TEST((cursor.take("e2", 91) == event_place::next));
}

BOOST_AUTO_TEST_SUITE_END()
