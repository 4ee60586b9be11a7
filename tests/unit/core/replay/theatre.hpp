#pragma once

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

using protocol::event_type;
using storage::sqlite::log_walk;
using support::flow_client;

inline constexpr std::int64_t day_ms = 86'400'000;

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

inline recording
found(const stored_thread& log, recording_choice what = {{"ada", "t1"}, std::nullopt}) {
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

inline std::string subscribe(const std::string& since = R"({"epoch":"","seq":0})") {
    return R"({"type":"subscribe","id":"s","thread_id":"t1","since":)" + since + "}";
}

inline const std::string subscribe_live = R"({"type":"subscribe","id":"s","thread_id":"t1"})";

inline std::vector<std::int64_t> seqs(const boost::json::array& events) {
    std::vector<std::int64_t> numbers;
    for (const auto& event : events)
        numbers.push_back(event.at("seq").to_number<std::int64_t>());
    return numbers;
}

inline std::vector<std::int64_t> seqs(const flow_client& viewer) {
    boost::json::array events;
    for (auto& frame : viewer.frames())
        if (frame.contains("payload"))
            events.emplace_back(std::move(frame));
    return seqs(events);
}

using numbers = std::vector<std::int64_t>;
inline const numbers whole{1, 2, 3, 4, 5, 6, 7, 8};

}  // namespace clarion::replay::test
