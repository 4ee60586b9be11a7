// The canary against the whole server but its sockets, and against servers that are wrong.
#include "core/canary/canary.hpp"

#include "core/canary/canary_agent.hpp"
#include "core/canary/canary_door.hpp"
#include "core/metrics/counters.hpp"
#include "tests/support/canary_wire.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace clarion;
using namespace std::chrono_literals;
using support::flow_server;
using support::flow_wire;

std::vector<std::string> as_it_is(const std::string& frame) {
    return {frame};
}

bool is_event(const std::string& frame, std::string_view type) {
    return frame.starts_with(R"({"type":")" + std::string(type) + "\"");
}

/// A server that the canary can come to, and what came of it.
struct aviary {
    explicit aviary(conversation::conversations_settings settings = {}) {
        flow_server::options options;
        options.log = &log;
        options.door = &door;
        options.extra_agent = canary::make_agent();
        options.conversations = settings;
        server.emplace(std::move(options));
        bird.emplace(
            [this](std::string credential) { return connect(std::move(credential)); },
            pass,
            server->failures()
        );
        bird->on_green = [this] {
            ++greens;
            red.clear();
        };
        bird->on_red = [this](const std::string& why) {
            red = why;
        };
    }

    task<canary::dial_result> connect(std::string credential) {
        if (!refusal.empty())
            co_return canary::dial_result(canary::wire_closed{refusal});
        const bool is_first = connections++ % 2 == 0;
        session::upgrade_request upgrade{"127.0.0.1", std::nullopt, std::move(credential)};
        canary::wire_ptr made = std::make_unique<flow_wire>(
            server->connect(std::move(upgrade)),
            is_first ? to_speaker : to_bystander
        );
        co_return canary::dial_result(std::move(made));
    }

    /// Rounds for so long, then an end.
    void sing(duration time) {
        task_group group(server->world().get_executor());
        group.spawn(bird->run());
        server->world().run_for(time);
        group.cancel();
        server->run(group.join());
    }

    std::size_t threads_left() {
        std::size_t left = 0;
        for (const char* user : {canary::speaker, canary::bystander})
            server->run(count_threads(user, left));
        return left;
    }
    task<> count_threads(std::string user, std::size_t& into) {
        storage::threads_request wanted;
        wanted.user_id = std::move(user);
        wanted.threads_max = 100;
        wanted.bytes_max = 100'000;
        const auto listed = co_await log.list_threads(std::move(wanted));
        into += std::get<storage::thread_list>(listed).threads.size();
    }

    const metrics::counters& counters() {
        return metrics::counters_of(server->world().get_executor());
    }

    support::faulty_log log;
    canary::pass pass;
    session::open_door open;
    canary::door door{open, pass};
    std::optional<flow_server> server;
    std::optional<canary::canary> bird;
    flow_wire::forger to_speaker = as_it_is;
    flow_wire::forger to_bystander = as_it_is;
    std::string refusal;
    std::size_t connections = 0;
    std::size_t greens = 0;
    std::string red;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(canary_flow)

BOOST_AUTO_TEST_CASE(a_server_that_works_turns_green_every_half_minute) {
    aviary here;
    here.sing(95s);
    BOOST_TEST(here.red == "");
    BOOST_TEST(here.greens == 4U);
    const canary::canary_figures figures = here.bird->figures();
    BOOST_TEST(figures.rounds_green == 4U);
    BOOST_TEST(figures.rounds_red == 0U);
    BOOST_TEST(figures.is_green);
    BOOST_TEST(figures.last_green_ms > 0);
    BOOST_TEST(here.server->failures().snapshot().tallies.empty());
}

BOOST_AUTO_TEST_CASE(nothing_of_it_is_left_and_nothing_counts_as_a_users) {
    aviary here;
    here.sing(10min);
    BOOST_TEST(here.greens == 20U);
    BOOST_TEST(here.threads_left() == 0U);
    const metrics::counters& seen = here.counters();
    BOOST_TEST(seen.runs_started == 0U);
    BOOST_TEST(seen.events_committed.total() == 0U);
    BOOST_TEST(seen.messages.total() == 0U);
    BOOST_TEST(seen.commit_to_write_us.count() == 0U);
    BOOST_TEST(seen.handshakes.total() == 0U);
    BOOST_TEST(seen.session_ends.total() == 0U);
    BOOST_TEST(seen.sessions_open == 0);
    BOOST_TEST(here.server->home().roll().visitors.empty());
}

BOOST_AUTO_TEST_CASE(no_cap_and_no_rate_holds_for_it) {
    session::memory_budget memory;
    memory.spend();
    conversation::conversations_settings tight;
    tight.messages_per_minute = 1;
    tight.connections_per_user_max = 1;
    tight.subscriptions_per_connection_max = 1;
    tight.runs_active_per_user_max = 1;
    tight.memory = &memory;
    aviary here(tight);
    here.sing(65s);
    BOOST_TEST(here.red == "");
    BOOST_TEST(here.greens == 3U);
}

BOOST_AUTO_TEST_CASE(an_event_that_is_lost_is_named) {
    for (const char* lost :
         {"user_message",
          "agent_started",
          "agent_thinking",
          "tool_executing",
          "tool_completed",
          "assistant_message",
          "agent_completed"}) {
        BOOST_TEST_CONTEXT(lost) {
            aviary here;
            here.to_speaker = [lost](const std::string& frame) {
                return is_event(frame, lost) ? std::vector<std::string>() : as_it_is(frame);
            };
            here.sing(11s);
            BOOST_TEST(here.greens == 0U);
            BOOST_TEST(here.red.starts_with(std::string("the run: expected ") + lost));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_twice_is_named) {
    aviary here;
    here.to_speaker = [](const std::string& frame) {
        return is_event(frame, "agent_started") ? std::vector{frame, frame} : as_it_is(frame);
    };
    here.sing(1s);
    BOOST_TEST(
        here.red == "the run: expected agent_thinking, came agent_started with seq 2 behind 2"
    );
}

BOOST_AUTO_TEST_CASE(an_event_that_another_user_sees_is_named) {
    aviary here;
    std::string seen;
    here.to_speaker = [&seen](const std::string& frame) {
        if (is_event(frame, "tool_completed"))
            seen = frame;
        return as_it_is(frame);
    };
    here.to_bystander = [&seen](const std::string& frame) {
        return is_event(frame, "pong") ? std::vector{seen, frame} : as_it_is(frame);
    };
    here.sing(1s);
    support::expect_failure(
        failure::code::canary_failed,
        here.server->failures(),
        {
            .how = failure::severity::critical,
            .of = failure::code_class::infrastructure,
            .detail = "the other user's connection: expected pong alone, came tool_completed",
            .from = "core/canary/canary.cpp",
        }
    );
}

BOOST_AUTO_TEST_CASE(a_failure_is_reported_once_and_ends_with_a_green_round) {
    aviary here;
    here.refusal = "no way in";
    here.sing(30s);
    BOOST_TEST(here.red == "the connection of ~canary-a: expected an upgrade, came no way in");
    BOOST_TEST(here.server->failures().count(failure::code::canary_failed) == 1U);
    BOOST_TEST(here.bird->figures().rounds_red > 10U);
    here.refusal.clear();
    here.sing(3s);
    BOOST_TEST(here.greens == 1U);
    here.refusal = "no way in";
    here.sing(1s);
    BOOST_TEST(here.server->failures().count(failure::code::canary_failed) == 2U);
}

BOOST_AUTO_TEST_CASE(silence_is_named_when_its_time_is_up) {
    aviary here;
    here.to_speaker = [](const std::string& frame) {
        return is_event(frame, "welcome") ? std::vector<std::string>() : as_it_is(frame);
    };
    here.sing(11s);
    BOOST_TEST(
        here.red == "the connection of ~canary-a: expected welcome, came nothing within 10 s"
    );
}

BOOST_AUTO_TEST_CASE(a_log_that_takes_no_writes_is_red_until_it_does) {
    aviary here;
    here.log.fill_after(0);
    here.sing(5s);
    BOOST_TEST(
        here.red ==
        "the message: expected accepted, came error storage_unavailable "
        "(no space left on device)"
    );
    // It says so itself, and not with each try again.
    BOOST_TEST(here.server->failures().count(failure::code::storage_unavailable) == 0U);
    here.log.make_room();
    here.sing(3s);
    BOOST_TEST(here.greens == 1U);
}

BOOST_AUTO_TEST_CASE(what_a_round_that_was_cut_off_left_is_cleared) {
    aviary here;
    here.log.fill_after(4);
    here.sing(1s);
    BOOST_TEST(here.red.starts_with("the run: expected "));
    here.log.make_room();
    here.sing(15s);
    BOOST_TEST(here.greens > 0U);
    BOOST_TEST(here.threads_left() == 0U);
}

BOOST_AUTO_TEST_CASE(its_agent_is_nobody_elses) {
    aviary here;
    auto& ada = here.server->connect("ada");
    ada.sends(
        R"({"type":"message","thread_id":"t1","message_id":"m1","text":"x","agent":"~canary"})"
    );
    here.server->settle();
    BOOST_TEST(ada.only("error").at("code").as_string() == "not_found");
    const boost::json::object greeted = ada.only("welcome");
    for (const auto& card : greeted.at("agents").as_array())
        BOOST_TEST(card.at("name").as_string() != canary::agent_name);
}

BOOST_AUTO_TEST_CASE(a_credential_lets_one_session_in) {
    aviary here;
    const canary::pass::ticket ticket = here.pass.issue(canary::speaker);
    const session::upgrade_request first{"127.0.0.1", std::nullopt, ticket.credential()};
    auto& own = here.server->connect(first);
    auto& late = here.server->connect(first);
    here.server->settle();
    BOOST_TEST(own.only("welcome").at("user_id").as_string() == canary::speaker);
    BOOST_TEST(late.only("welcome").at("user_id").as_string() == "local");
}

BOOST_AUTO_TEST_SUITE_END()
