#include "tests/unit/core/replay/theatre.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace clarion::replay::test {

BOOST_AUTO_TEST_SUITE(replay_viewers_in_virtual_time)

// The page reads the newest page first: it must not see the end before the beginning.
BOOST_AUTO_TEST_CASE(history_is_what_has_been_played_on_the_connection) {
    const stored_thread log;
    theatre house(found(log));
    flow_client& viewer = house.enter({R"({"type":"history","thread_id":"t1"})", subscribe()});
    BOOST_TEST(viewer.only("history").at("events").as_array().empty());
    BOOST_TEST(!viewer.only("history").at("more").as_bool());
    house.run_for(100);
    viewer.sends(R"({"type":"history","thread_id":"t1"})");
    viewer.sends(R"({"type":"history","thread_id":"t1","limit":2})");
    viewer.sends(R"({"type":"history","thread_id":"t1","after_seq":1,"limit":1})");
    viewer.sends(R"({"type":"history","thread_id":"t1","before_seq":3})");
    house.run_for(0);
    const auto pages = viewer.frames("history");
    BOOST_REQUIRE(pages.size() == 5U);
    BOOST_TEST(seqs(pages[1].at("events").as_array()) == numbers({1, 2, 3}));
    BOOST_TEST(seqs(pages[2].at("events").as_array()) == numbers({2, 3}));
    BOOST_TEST(pages[2].at("more").as_bool());
    BOOST_TEST(seqs(pages[3].at("events").as_array()) == numbers({2}));
    BOOST_TEST(pages[3].at("more").as_bool());
    BOOST_TEST(seqs(pages[4].at("events").as_array()) == numbers({1, 2}));
    BOOST_TEST(pages[4].at("epoch").as_string() == "e_1");
}

BOOST_AUTO_TEST_CASE(each_viewer_has_a_showing_of_its_own) {
    const stored_thread log;
    theatre house(found(log));
    const flow_client& first = house.enter({subscribe()});
    house.run_for(1000);
    const flow_client& second = house.enter({subscribe()});
    BOOST_TEST(seqs(first) == numbers({1, 2, 3}));
    BOOST_TEST(seqs(second) == numbers({1}));
    house.settle();
    BOOST_TEST(seqs(first) == whole);
    BOOST_TEST(seqs(second) == whole);
}

BOOST_AUTO_TEST_CASE(a_second_subscription_replaces_the_first) {
    const stored_thread log;
    theatre house(found(log));
    flow_client& viewer = house.enter({subscribe()});
    house.run_for(100);
    viewer.sends(subscribe());
    house.settle();
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8}));
    BOOST_TEST(viewer.frames("caught_up").size() == 1U);
}

BOOST_AUTO_TEST_CASE(unsubscribe_ends_the_showing) {
    const stored_thread log;
    theatre house(found(log));
    flow_client& viewer = house.enter({subscribe()});
    house.run_for(100);
    viewer.sends(R"({"type":"unsubscribe","id":"u","thread_id":"t1"})");
    house.settle();
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3}));
    BOOST_TEST(viewer.types().back() == "unsubscribed");
}

BOOST_AUTO_TEST_CASE(a_viewer_who_leaves_takes_nothing_with_it) {
    const stored_thread log;
    theatre house(found(log));
    flow_client& leaving = house.enter({subscribe()});
    const flow_client& staying = house.enter({subscribe()});
    house.run_for(100);
    leaving.connection().client_vanishes();
    house.settle();
    BOOST_TEST(leaving.served);
    BOOST_TEST(seqs(leaving) == numbers({1, 2, 3}));
    BOOST_TEST(seqs(staying) == whole);
}

BOOST_AUTO_TEST_CASE(a_viewer_who_does_not_read_is_waited_for) {
    const stored_thread log;
    log.damage("UPDATE events SET payload = '{\"text\":\"" + std::string(900, 'x') + "\"}'");
    theatre house(found(log), {pace::speed_max});
    flow_client& viewer = house.enter({});
    viewer.connection().client_stops_reading();
    viewer.sends(subscribe());
    house.settle();
    BOOST_TEST(!viewer.served);
    viewer.connection().client_reads_again();
    house.settle();
    BOOST_TEST(seqs(viewer) == whole);
    BOOST_TEST(!viewer.connection().close_code().has_value());
}

BOOST_AUTO_TEST_CASE(a_hole_in_the_log_is_told_to_the_viewer_and_to_the_ledger) {
    const std::pair<std::string, std::string> rows[] = {
        {"DELETE FROM events WHERE seq = 4", "event 4 is missing (clarion audit tells more)"},
        {"DELETE FROM events WHERE seq = 8", "event 8 is missing (clarion audit tells more)"},
        {"UPDATE events SET type = 'dream' WHERE seq = 3",
         "event 3 is of a type that does not exist"},
    };
    for (const auto& [sql, why] : rows) {
        const stored_thread log;
        log.damage(sql);
        theatre house(found(log));
        const flow_client& viewer = house.enter({subscribe()});
        house.settle();
        const auto error = viewer.only("error");
        BOOST_TEST(error.at("code").as_string() == "storage_unavailable");
        BOOST_TEST(error.at("message").as_string() == "the recording cannot be read: " + why);
        BOOST_TEST(error.at("detail").as_string() == "t1");
        BOOST_TEST(viewer.frames("caught_up").empty());
        BOOST_REQUIRE(house.failures().snapshot().records.size() == 1U);
        const failure::record told = house.failures().snapshot().records.front();
        BOOST_TEST((told.what == failure::code::storage_unavailable));
        BOOST_TEST(told.detail == why);
        BOOST_TEST(told.thread_id == "t1");
    }
}

BOOST_AUTO_TEST_CASE(whoever_watches_is_told_that_it_ends) {
    const stored_thread log;
    theatre house(found(log));
    flow_client& viewer = house.enter({subscribe()});
    house.home().close_sessions();
    house.close();
    BOOST_TEST(viewer.only("going_away").at("reason").as_string() == "shutdown");
    BOOST_TEST((viewer.connection().close_code() == protocol::close_code::going_away));
    BOOST_TEST(viewer.served);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::replay::test
