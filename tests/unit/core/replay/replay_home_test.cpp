#include "core/replay/replay_home.hpp"

#include "core/session/serve.hpp"
#include "core/sim/world.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "tests/support/flow_server.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::replay::test {

namespace {

using protocol::event_type;
using storage::sqlite::log_walk;
using support::flow_client;

constexpr std::int64_t day_ms = 86'400'000;

/// Ada's thread t1, in a directory that its server has left: two runs, the second a day later.
class stored_thread {
public:
    stored_thread() {
        storage::test::sqlite_store at;
        storage::append_request first = storage::test::message_behind(0, "m1", "r_1");
        first.title = "what is 6*7?";
        first.events = {
            event(event_type::user_message, 0, "r_1"),
            event(event_type::agent_started, 10, "r_1"),
            event(event_type::tool_executing, 100, "r_1"),
            event(event_type::tool_completed, 2100, "r_1"),
            event(event_type::agent_completed, 2150, "r_1"),
        };
        at.ask.commit(std::move(first));
        storage::append_request second = storage::test::message_behind(5, "m2", "r_2");
        second.events = {
            event(event_type::user_message, day_ms, "r_2"),
            event(event_type::agent_started, day_ms + 10, "r_2"),
            event(event_type::agent_completed, day_ms + 60, "r_2"),
        };
        at.ask.commit(std::move(second));
        at.opened.reset();
        for (const auto& entry : std::filesystem::directory_iterator(at.directory.path()))
            std::filesystem::copy(entry, directory_.path() / entry.path().filename());
    }

    const std::filesystem::path& path() const { return directory_.path(); }

    // By a hand that is not the server's.
    void damage(const std::string& sql) const {
        auto opened = storage::sqlite::connection::open(
            path() / "clarion.db",
            storage::sqlite::access::read_write,
            ""
        );
        auto& database = *std::get<std::unique_ptr<storage::sqlite::connection>>(opened);
        database.execute(sql);
        BOOST_REQUIRE(!database.failed());
    }

private:
    static protocol::event event(event_type type, std::int64_t at_ms, std::string run_id) {
        return {type, 0, 1'790'000'000'000 + at_ms, std::move(run_id), R"({"text":"x"})"};
    }

    support::temporary_directory directory_;
};

recording found(const stored_thread& log, recording_choice what = {{"ada", "t1"}, std::nullopt}) {
    auto opened = log_walk::open(log.path());
    auto made = recording::find(std::get<std::unique_ptr<log_walk>>(std::move(opened)), what);
    if (const auto* failure = std::get_if<std::string>(&made))
        BOOST_FAIL(*failure);
    return std::get<recording>(std::move(made));
}

/// Viewers of a recording, in virtual time, with real sessions.
class theatre {
public:
    explicit theatre(recording what, pace how = {})
        : recording_(std::move(what)),
          home_(world_.get_executor(), recording_, how, failures_),
          sessions_(world_.get_executor()) {
        settings_.outbox_bytes_max = 2048;
    }
    theatre(const theatre&) = delete;
    theatre& operator=(const theatre&) = delete;
    ~theatre() {
        for (const auto& viewer : viewers_)
            viewer->connection().client_vanishes();
        close();
    }

    flow_client& enter(std::vector<std::string> frames, const std::string& user = "ada") {
        session::upgrade_request upgrade{"127.0.0.1", user, std::nullopt};
        flow_client& viewer =
            *viewers_.emplace_back(std::make_unique<flow_client>(std::move(upgrade)));
        for (std::string& frame : frames)
            viewer.sends(std::move(frame));
        sessions_.spawn(serve(viewer));
        run_for(0);
        return viewer;
    }

    void run_for(std::int64_t time_ms) { world_.run_for(milliseconds(time_ms)); }
    void settle() { world_.run(); }
    failure::ledger& failures() { return failures_; }
    replay_home& home() { return home_; }
    void close() {
        asio::co_spawn(world_.get_executor(), home_.join(), [](const std::exception_ptr&) {});
        asio::co_spawn(world_.get_executor(), sessions_.join(), [](const std::exception_ptr&) {});
        settle();
    }

private:
    task<> serve(flow_client& viewer) {
        const session::session_services services{door_, home_, settings_, failures_};
        co_await session::serve(viewer.connection(), viewer.upgrade(), services);
        viewer.served = true;
    }

    sim::world world_;
    recording recording_;
    failure::ledger failures_{failure::logger(), [this] {
                                  return world_.wall_ms();
                              }};
    replay_home home_;
    session::open_door door_;
    session::session_settings settings_ = support::flow_server::without_heartbeat();
    std::vector<std::unique_ptr<flow_client>> viewers_;
    task_group sessions_;
};

std::string subscribe(const std::string& since = R"({"epoch":"","seq":0})") {
    return R"({"type":"subscribe","id":"s","thread_id":"t1","since":)" + since + "}";
}

const std::string subscribe_live = R"({"type":"subscribe","id":"s","thread_id":"t1"})";

std::vector<std::int64_t> seqs(const boost::json::array& events) {
    std::vector<std::int64_t> numbers;
    for (const auto& event : events)
        numbers.push_back(event.at("seq").to_number<std::int64_t>());
    return numbers;
}

std::vector<std::int64_t> seqs(const flow_client& viewer) {
    boost::json::array events;
    for (auto& frame : viewer.frames())
        if (frame.contains("payload"))
            events.emplace_back(std::move(frame));
    return seqs(events);
}

using numbers = std::vector<std::int64_t>;
const numbers whole{1, 2, 3, 4, 5, 6, 7, 8};

}  // namespace

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
