#include "tests/unit/core/replay/theatre.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace clarion::replay::test {

BOOST_AUTO_TEST_SUITE(replay_home_in_virtual_time)

BOOST_AUTO_TEST_CASE(each_event_comes_when_it_is_due_and_then_the_viewer_has_caught_up) {
    const stored_thread log;
    theatre house(found(log));
    const flow_client& viewer = house.enter({subscribe()});
    const auto answer = viewer.only("subscribed");
    BOOST_TEST(answer.at("id").as_string() == "s");
    BOOST_TEST(answer.at("seq").to_number<std::int64_t>() == 8);
    BOOST_TEST(answer.at("recovered").as_bool());
    BOOST_TEST(seqs(viewer) == numbers({1}));
    house.run_for(99);
    BOOST_TEST(seqs(viewer) == numbers({1, 2}));
    house.run_for(1);
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3}));
    house.run_for(1999);
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3}));
    house.run_for(1);
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3, 4}));
    house.run_for(50 + 2999);
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3, 4, 5}));
    BOOST_TEST(viewer.frames("caught_up").empty());
    house.settle();
    BOOST_TEST(seqs(viewer) == whole);
    BOOST_TEST(viewer.types().back() == "caught_up");
    BOOST_TEST(viewer.only("caught_up").at("seq").to_number<std::int64_t>() == 8);
    BOOST_TEST(viewer.only("caught_up").at("id").as_string() == "s");
    for (const auto& frame : viewer.frames("tool_completed"))
        BOOST_TEST(frame.at("replay").as_bool());
}

BOOST_AUTO_TEST_CASE(at_a_speed_every_pause_is_divided_by_it) {
    const stored_thread log;
    theatre house(found(log), {20});
    const flow_client& viewer = house.enter({subscribe()});
    house.run_for(104);
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3}));
    house.run_for(1);
    BOOST_TEST(seqs(viewer) == numbers({1, 2, 3, 4}));
    house.run_for(160);
    BOOST_TEST(seqs(viewer) == whole);
}

BOOST_AUTO_TEST_CASE(without_a_cursor_it_begins_at_the_beginning) {
    const stored_thread log;
    theatre house(found(log));
    const flow_client& viewer = house.enter({subscribe_live});
    BOOST_TEST(viewer.only("subscribed").at("seq").to_number<std::int64_t>() == 0);
    house.settle();
    BOOST_TEST(seqs(viewer) == whole);
    BOOST_TEST(viewer.only("caught_up").at("seq").to_number<std::int64_t>() == 8);
}

BOOST_AUTO_TEST_CASE(a_cursor_goes_on_from_its_place_at_once) {
    const stored_thread log;
    theatre house(found(log));
    const flow_client& viewer = house.enter({subscribe(R"({"epoch":"e_1","seq":6})")});
    BOOST_TEST(viewer.only("subscribed").at("recovered").as_bool());
    BOOST_TEST(seqs(viewer) == numbers({7}));
    house.settle();
    BOOST_TEST(seqs(viewer) == numbers({7, 8}));
    const flow_client& done = house.enter({subscribe(R"({"epoch":"e_1","seq":8})")});
    BOOST_TEST(seqs(done).empty());
    BOOST_TEST(done.frames("caught_up").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_cursor_that_does_not_fit_is_told_why_and_gets_everything) {
    const stored_thread log;
    theatre house(found(log));
    const std::pair<std::string, std::string> rows[] = {
        {R"({"epoch":"e_2","seq":3})", "epoch_changed"},
        {R"({"epoch":"","seq":3})", "epoch_changed"},
        {R"({"epoch":"e_1","seq":9})", "too_far_ahead"},
    };
    for (const auto& [since, reason] : rows) {
        const flow_client& viewer = house.enter({subscribe(since)});
        BOOST_TEST(!viewer.only("subscribed").at("recovered").as_bool());
        BOOST_TEST(viewer.only("subscribed").at("reason").as_string() == reason);
        house.settle();
        BOOST_TEST(seqs(viewer) == whole);
    }
}

BOOST_AUTO_TEST_CASE(one_run_is_played_from_its_first_event_to_its_last) {
    const stored_thread log;
    theatre house(found(log, {{"ada", "t1"}, "r_2"}));
    const flow_client& viewer = house.enter({subscribe()});
    BOOST_TEST(viewer.only("subscribed").at("reason").as_string() == "trimmed");
    const flow_client& without_cursor = house.enter({subscribe_live});
    BOOST_TEST(without_cursor.only("subscribed").at("seq").to_number<std::int64_t>() == 5);
    house.settle();
    BOOST_TEST(seqs(viewer) == numbers({6, 7, 8}));
    BOOST_TEST(seqs(without_cursor) == numbers({6, 7, 8}));
}

BOOST_AUTO_TEST_CASE(what_there_is_none_of_is_named) {
    const stored_thread log;
    const auto failure_of = [&log](const recording_choice& what) {
        auto opened = log_walk::open(log.path());
        auto made = recording::find(std::get<std::unique_ptr<log_walk>>(std::move(opened)), what);
        const auto* failure = std::get_if<std::string>(&made);
        return failure == nullptr ? std::string() : *failure;
    };
    BOOST_TEST(failure_of({{"bob", "t1"}, {}}) == "user bob has no thread t1");
    BOOST_TEST(failure_of({{"ada", "t2"}, {}}) == "user ada has no thread t2");
    BOOST_TEST(failure_of({{"ada", "t1"}, "r_3"}) == "thread t1 has no run r_3");
}

BOOST_AUTO_TEST_CASE(another_user_and_another_thread_find_nothing) {
    const stored_thread log;
    theatre house(found(log));
    const std::vector<std::string> asked{
        subscribe(),
        R"({"type":"threads"})",
        R"({"type":"history","thread_id":"t1"})",
    };
    const flow_client& bob = house.enter(asked, "bob");
    house.settle();
    BOOST_TEST(seqs(bob).empty());
    BOOST_TEST(bob.only("subscribed").at("epoch").as_string() == "");
    BOOST_TEST(bob.only("caught_up").at("seq").to_number<std::int64_t>() == 0);
    BOOST_TEST(bob.only("threads").at("threads").as_array().empty());
    BOOST_TEST(bob.only("history").at("events").as_array().empty());
    const flow_client& ada =
        house.enter({R"({"type":"subscribe","thread_id":"t2","since":{"epoch":"e_1","seq":1}})"});
    BOOST_TEST(ada.only("subscribed").at("reason").as_string() == "epoch_changed");
}

BOOST_AUTO_TEST_CASE(what_would_change_something_is_forbidden) {
    const stored_thread log;
    theatre house(found(log));
    const std::string frames[] = {
        R"({"type":"message","id":"x","thread_id":"t1","message_id":"m","text":"hello"})",
        R"({"type":"cancel","id":"x","thread_id":"t1","run_id":"r_1"})",
        R"({"type":"approve","id":"x","approval_id":"a","decision":"allow"})",
        R"({"type":"delete_thread","id":"x","thread_id":"t1"})",
    };
    for (const std::string& frame : frames) {
        const flow_client& viewer = house.enter({frame, R"({"type":"ping"})"});
        const auto error = viewer.only("error");
        BOOST_TEST(error.at("id").as_string() == "x");
        BOOST_TEST(error.at("code").as_string() == "forbidden");
        BOOST_TEST(!error.at("retryable").as_bool());
        BOOST_TEST(error.at("message").as_string().starts_with("this is a recording"));
        BOOST_TEST(viewer.frames("pong").size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(the_welcome_knows_of_no_run_and_of_no_trouble) {
    const stored_thread log;
    theatre house(found(log));
    const auto welcome = house.enter({}).only("welcome");
    BOOST_TEST(welcome.at("active_runs").as_array().empty());
    BOOST_TEST(!welcome.contains("degraded"));
}

BOOST_AUTO_TEST_CASE(the_thread_is_the_only_one_in_the_list) {
    const stored_thread log;
    theatre house(found(log));
    const flow_client& viewer = house.enter({
        R"({"type":"threads"})",
        R"({"type":"threads","id":"n","before":"1/t1"})",
        R"({"type":"threads","id":"x","before":"?"})",
    });
    const auto lists = viewer.frames("threads");
    BOOST_REQUIRE(lists.size() == 2U);
    const auto& rows = lists[0].at("threads").as_array();
    BOOST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows[0].at("thread_id").as_string() == "t1");
    BOOST_TEST(rows[0].at("title").as_string() == "what is 6*7?");
    BOOST_TEST(rows[0].at("seq").to_number<std::int64_t>() == 8);
    BOOST_TEST(!lists[0].contains("next"));
    BOOST_TEST(lists[1].at("threads").as_array().empty());
    BOOST_TEST(viewer.only("error").at("detail").as_string() == "/before");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::replay::test
