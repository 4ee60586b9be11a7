#include "core/async/sleep.hpp"
#include "core/metrics/counters.hpp"
#include "core/session/token_door.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using metrics::refresh_outcome;
using protocol::close_code;
using support::flow_client;
using support::flow_server;

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// A door that takes its time, as one that asks elsewhere would.
class slow_door final : public session::authenticator {
public:
    explicit slow_door(session::authenticator& behind) : behind_(behind) {}

    policy asks_for() const override { return policy::token; }
    task<session::authentication> check(std::string token) override {
        co_await sleep_for(takes);
        co_return co_await behind_.check(std::move(token));
    }
    std::optional<std::string> objection_to(const session::authenticated& who) const override {
        return behind_.objection_to(who);
    }

    duration takes{0};

private:
    session::authenticator& behind_;
};

/// A server that asks for tokens, and whoever issues them.
struct renewing_server {
    renewing_server() {
        flow_server::options with;
        with.door = &door;
        server = std::make_unique<flow_server>(std::move(with));
    }

    std::string token(const std::string& user, seconds lives) const {
        session::token_order order;
        order.user_id = user;
        order.now_ms = now_ms();
        order.lives = lives;
        return session::make_token(order, *secret);
    }

    flow_client& connect(const std::string& user, seconds lives) {
        flow_client& client =
            server->connect(session::upgrade_request{"127.0.0.1", std::nullopt, token(user, lives)}
            );
        server->world().run_for(milliseconds(1));
        return client;
    }

    static void refresh(flow_client& client, const std::string& token) {
        client.sends(R"({"type":"refresh","id":"r","token":")" + token + "\"}");
    }

    std::int64_t now_ms() const { return server->world().wall_ms(); }
    /// When a token of now that lives so long ends: whole seconds.
    std::int64_t end_of(seconds lives) const {
        return now_ms() / 1000 * 1000 + lives.count() * 1000;
    }
    void run_until(std::int64_t when_ms) {
        server->world().run_for(milliseconds(when_ms - now_ms()));
    }

    std::uint64_t counted(refresh_outcome outcome) {
        return metrics::counters_of(server->world().get_executor()).token_refreshes.at(outcome);
    }
    std::uint64_t reported() const { return server->failures().count(failure::code::unauthorized); }

    session::secret_ptr secret =
        std::make_shared<const session::token_secret>(std::string(32, 's'));
    session::revocations revoked;
    session::token_door tokens{{secret, nullptr}, {}, revoked};
    slow_door door{tokens};
    std::unique_ptr<flow_server> server;
};

std::string error_of(const flow_client& client) {
    const auto error = client.only("error");
    BOOST_TEST(error.at("id").as_string() == "r");
    return std::string(error.at("code").as_string()) + ": " +
           std::string(error.at("message").as_string());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(token_refresh, renewing_server)

BOOST_AUTO_TEST_CASE(another_token_of_the_user_moves_the_announcement_and_the_end) {
    flow_client& ada = connect("ada", minutes(5));
    const std::int64_t first_end_ms = end_of(minutes(5));
    run_until(first_end_ms - 30'000);
    BOOST_TEST(ada.frames("token_expiring").size() == 1U);
    const std::int64_t second_end_ms = end_of(minutes(10));
    refresh(ada, token("ada", minutes(10)));
    run_until(first_end_ms + 1000);
    const auto answer = ada.only("refreshed");
    BOOST_TEST(answer.at("expires_ms").as_int64() == second_end_ms);
    BOOST_TEST(answer.at("id").as_string() == "r");
    BOOST_TEST(!ada.connection().close_code().has_value());
    run_until(second_end_ms - 60'001);
    BOOST_TEST(ada.frames("token_expiring").size() == 1U);
    run_until(second_end_ms - 60'000);
    BOOST_REQUIRE(ada.frames("token_expiring").size() == 2U);
    BOOST_TEST(ada.frames("token_expiring")[1].at("expires_ms").as_int64() == second_end_ms);
    run_until(second_end_ms - 1);
    BOOST_TEST(!ada.connection().close_code().has_value());
    run_until(second_end_ms);
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
    BOOST_TEST(counted(refresh_outcome::refreshed) == 1U);
    BOOST_TEST(reported() == 0U);
}

BOOST_AUTO_TEST_CASE(a_new_token_that_ends_soon_is_announced_behind_its_answer) {
    flow_client& ada = connect("ada", hours(1));
    refresh(ada, token("ada", seconds(20)));
    server->world().run_for(milliseconds(1));
    BOOST_TEST(ada.types() == (std::vector<std::string>{"welcome", "refreshed", "token_expiring"}));
    server->world().run_for(seconds(20));
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
}

BOOST_AUTO_TEST_CASE(a_bad_token_is_unauthorized_and_the_old_one_goes_on) {
    flow_client& ada = connect("ada", minutes(5));
    const std::int64_t end_ms = end_of(minutes(5));
    refresh(ada, token("ada", hours(1)) + "AAAA");
    server->world().run_for(milliseconds(1));
    BOOST_TEST(error_of(ada) == "unauthorized: the token is not signed with this server's secret");
    BOOST_TEST(ada.only("error").at("retryable").as_bool() == false);
    run_until(end_ms - 1);
    BOOST_TEST(!ada.connection().close_code().has_value());
    run_until(end_ms);
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
    BOOST_TEST(counted(refresh_outcome::unauthorized) == 1U);
    BOOST_TEST(reported() == 1U);
    const auto noted = server->failures().snapshot().records.back();
    BOOST_TEST(noted.user_id == "ada");
    BOOST_TEST(noted.detail == "refresh: the token is not signed with this server's secret");
}

BOOST_AUTO_TEST_CASE(a_token_of_another_user_is_forbidden_and_changes_nothing) {
    flow_client& ada = connect("ada", minutes(5));
    const std::int64_t end_ms = end_of(minutes(5));
    refresh(ada, token("bob", hours(1)));
    ada.asks("m1", "/think 1");
    server->world().run_for(seconds(1));
    BOOST_TEST(error_of(ada) == "forbidden: the token is another user's");
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    run_until(end_ms);
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
    BOOST_TEST(counted(refresh_outcome::forbidden) == 1U);
    BOOST_TEST(reported() == 1U);
}

BOOST_AUTO_TEST_CASE(a_token_from_before_a_revocation_is_unauthorized) {
    const std::string old = token("ada", hours(1));
    server->world().run_for(seconds(5));
    revoked.add("ada", now_ms());
    server->world().run_for(seconds(5));
    flow_client& ada = connect("ada", minutes(5));
    refresh(ada, old);
    server->world().run_for(milliseconds(1));
    BOOST_TEST(error_of(ada) == "unauthorized: the token was revoked");
    refresh(ada, token("ada", hours(1)));
    server->world().run_for(milliseconds(1));
    BOOST_TEST(ada.frames("refreshed").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_revocation_ends_a_session_that_was_refreshed) {
    flow_client& ada = connect("ada", minutes(5));
    refresh(ada, token("ada", hours(1)));
    server->world().run_for(seconds(1));
    revoked.add("ada", now_ms());
    const session::closing why{close_code::revoked, "access was revoked"};
    const auto end_all = [](flow_server& of, session::closing with) -> task<> {
        static_cast<void>(co_await of.home().end_sessions("ada", std::move(with)));
    };
    server->run(end_all(*server, why));
    server->world().run_for(seconds(1));
    BOOST_TEST((ada.connection().close_code() == close_code::revoked));
}

BOOST_AUTO_TEST_CASE(with_authentication_off_there_is_nothing_to_refresh) {
    flow_server open;
    flow_client& ada = open.connect("ada");
    refresh(ada, token("ada", hours(1)));
    open.world().run_for(hours(2));
    BOOST_TEST(
        error_of(ada) == "unauthorized: authentication is off: there is no token to refresh"
    );
    BOOST_TEST(!ada.connection().close_code().has_value());
    BOOST_TEST(open.failures().snapshot().records.empty());
}

BOOST_AUTO_TEST_CASE(a_refresh_that_comes_a_moment_before_the_end_counts) {
    flow_client& ada = connect("ada", minutes(5));
    const std::int64_t end_ms = end_of(minutes(5));
    run_until(end_ms - 1);
    refresh(ada, token("ada", minutes(10)));
    run_until(end_ms + 1000);
    BOOST_TEST(ada.frames("refreshed").size() == 1U);
    BOOST_TEST(!ada.connection().close_code().has_value());
}

// Whoever waits for `refreshed` must not be closed with 4010 after it.
BOOST_AUTO_TEST_CASE(a_refresh_whose_check_outlasts_the_old_token_is_too_late) {
    flow_client& ada = connect("ada", minutes(5));
    const std::int64_t end_ms = end_of(minutes(5));
    door.takes = milliseconds(2);
    run_until(end_ms - 1);
    refresh(ada, token("ada", minutes(10)));
    run_until(end_ms + 5000);
    BOOST_TEST(ada.frames("refreshed").empty());
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
    BOOST_TEST(counted(refresh_outcome::too_late) == 1U);
}

// The check ends in the very millisecond of the end, before or behind the timer.
BOOST_AUTO_TEST_CASE(a_refresh_at_the_very_end_is_either_taken_or_too_late) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        flow_server::options with;
        with.door = &door;
        with.seed = seed;
        with.order = sim::policy::random;
        server = std::make_unique<flow_server>(std::move(with));
        door.takes = duration(0);
        flow_client& ada = connect("ada", minutes(5));
        const std::int64_t end_ms = end_of(minutes(5));
        door.takes = milliseconds(1 + seed % 3);
        run_until(end_ms - 2);
        refresh(ada, token("ada", minutes(10)));
        run_until(end_ms + 5000);
        const bool taken = !ada.frames("refreshed").empty();
        BOOST_TEST(taken != ada.connection().close_code().has_value(), "seed " << seed);
        BOOST_TEST(taken == (seed % 3 == 0), "seed " << seed);
    }
}

BOOST_AUTO_TEST_CASE(frames_behind_a_refresh_wait_for_its_answer) {
    flow_client& ada = connect("ada", minutes(5));
    door.takes = seconds(3);
    refresh(ada, token("ada", hours(1)));
    ada.sends(R"({"type":"ping"})");
    server->world().run_for(seconds(5));
    BOOST_TEST(ada.types() == (std::vector<std::string>{"welcome", "refreshed", "pong"}));
}

BOOST_AUTO_TEST_CASE(sixty_refreshes_are_looked_at_in_a_minute) {
    flow_client& ada = connect("ada", hours(1));
    for (int count = 0; count < 62; ++count)
        refresh(ada, "nonsense");
    server->world().run_for(seconds(10));
    const auto errors = ada.frames("error");
    BOOST_REQUIRE(errors.size() == 62U);
    BOOST_TEST(errors[59].at("code").as_string() == "unauthorized");
    BOOST_TEST(errors[60].at("code").as_string() == "rate_limited");
    BOOST_TEST(errors[60].at("retryable").as_bool());
    BOOST_TEST(errors[60].at("retry_after_ms").as_int64() == 60'000);
    BOOST_TEST(counted(refresh_outcome::rate_limited) == 2U);
    BOOST_TEST(!ada.connection().close_code().has_value());
    server->world().run_for(seconds(50));
    refresh(ada, token("ada", hours(2)));
    server->world().run_for(seconds(1));
    BOOST_TEST(ada.frames("refreshed").size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
