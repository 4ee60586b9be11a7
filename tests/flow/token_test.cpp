#include "core/session/token_door.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::protocol::close_code;
using clarion::support::flow_client;
using clarion::support::flow_server;
namespace session = clarion::session;

using std::chrono::seconds;

session::secret_ptr secret_of(char filled_with) {
    return std::make_shared<const session::token_secret>(std::string(32, filled_with));
}

/// A server that asks for tokens, and whoever issues them.
struct token_server {
    token_server() {
        flow_server::options with;
        with.door = &door;
        server = std::make_unique<flow_server>(std::move(with));
    }

    std::string token(const std::string& user, seconds lives = std::chrono::hours(1)) const {
        session::token_order order;
        order.user_id = user;
        order.now_ms = server->world().wall_ms();
        order.lives = lives;
        return session::make_token(order, *issuer);
    }

    flow_client& connect(std::optional<std::string> credential = {}) {
        return server->connect(
            session::upgrade_request{"127.0.0.1", "someone", std::move(credential)}
        );
    }

    flow_client& connect_by_hello(const std::string& token) {
        flow_client& client = connect();
        client.sends(R"({"type":"hello","token":")" + token + "\"}");
        return client;
    }

    clarion::failure::record last_failure() const {
        const auto records = server->failures().snapshot().records;
        BOOST_REQUIRE(!records.empty());
        return records.back();
    }

    session::secret_ptr issuer = secret_of('s');
    session::revocations revoked;
    session::token_door door{{secret_of('s'), nullptr}, {}, revoked};
    std::unique_ptr<flow_server> server;
};

std::string user_of(const flow_client& client) {
    return std::string(client.only("welcome").at("user_id").as_string());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(token, token_server)

BOOST_AUTO_TEST_CASE(the_user_is_the_token_s_wherever_it_came_from_and_whatever_the_url_says) {
    flow_client& by_upgrade = connect(token("ada"));
    flow_client& by_hello = connect_by_hello(token("bob"));
    server->world().run_for(seconds(1));
    BOOST_TEST(user_of(by_upgrade) == "ada");
    BOOST_TEST(user_of(by_hello) == "bob");
}

BOOST_AUTO_TEST_CASE(with_a_credential_hello_introduces_the_software_alone) {
    flow_client& ada = connect(token("ada"));
    ada.sends(R"({"type":"hello","token":"another","client":{"name":"test"}})");
    ada.sends(R"({"type":"ping","id":"1"})");
    server->world().run_for(seconds(1));
    BOOST_TEST(ada.types() == (std::vector<std::string>{"welcome", "pong"}));
}

BOOST_AUTO_TEST_CASE(a_bad_token_closes_4500_with_the_reason_and_is_in_the_ledger_without_itself) {
    const std::string bad = token("ada") + "AAAA";
    flow_client& by_upgrade = connect(bad);
    flow_client& by_hello = connect_by_hello(bad);
    server->settle();
    for (const flow_client* client : {&by_upgrade, &by_hello}) {
        const auto& seen = const_cast<flow_client*>(client)->connection();
        BOOST_TEST((seen.close_code() == close_code::unauthorized));
        BOOST_TEST(seen.close_reason() == "the token is not signed with this server's secret");
        BOOST_TEST(client->types().empty());
    }
    BOOST_TEST(server->failures().count(clarion::failure::code::unauthorized) == 2U);
    const auto noted = last_failure();
    BOOST_TEST((noted.what == clarion::failure::code::unauthorized));
    BOOST_TEST(noted.connection_id.starts_with("c_"));
    BOOST_TEST(noted.user_id == "");
    BOOST_TEST(noted.detail == "the token is not signed with this server's secret");
}

BOOST_AUTO_TEST_CASE(a_token_is_announced_a_minute_before_its_end_and_then_closes_4010) {
    flow_client& ada = connect(token("ada", seconds(300)));
    const std::int64_t expires_ms = server->world().wall_ms() / 1000 * 1000 + 300'000;
    server->world().run_for(milliseconds(expires_ms - 60'000 - server->world().wall_ms() - 1));
    BOOST_TEST(ada.types() == std::vector<std::string>{"welcome"});
    server->world().run_for(milliseconds(1));
    BOOST_TEST(ada.only("token_expiring").at("expires_ms").as_int64() == expires_ms);
    server->world().run_for(milliseconds(59'999));
    BOOST_TEST(!ada.connection().close_code().has_value());
    server->world().run_for(milliseconds(1));
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
    BOOST_TEST(ada.connection().close_reason() == "the token has expired");
    BOOST_TEST(ada.frames("token_expiring").size() == 1U);
    BOOST_TEST(server->failures().snapshot().records.empty());
}

BOOST_AUTO_TEST_CASE(a_short_token_is_announced_at_once_after_the_welcome) {
    flow_client& ada = connect(token("ada", seconds(5)));
    server->world().run_for(milliseconds(1));
    BOOST_TEST(ada.types() == (std::vector<std::string>{"welcome", "token_expiring"}));
    server->world().run_for(seconds(6));
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_when_its_session_expires) {
    flow_client& ada = connect(token("ada", seconds(2)));
    ada.asks("m1", "/story 50 100");
    server->world().run_for(seconds(10));
    BOOST_TEST((ada.connection().close_code() == close_code::token_expired));
    flow_client& again = connect(token("ada"));
    again.sends(R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})");
    server->world().run_for(seconds(1));
    BOOST_TEST(again.event_types().back() == "agent_completed");
}

BOOST_AUTO_TEST_CASE(a_session_without_a_token_never_expires) {
    flow_server open;
    flow_client& ada = open.connect("ada");
    open.world().run_for(std::chrono::hours(24));
    BOOST_TEST(!ada.connection().close_code().has_value());
}

BOOST_AUTO_TEST_CASE(a_renewed_secret_counts_for_new_sessions_alone) {
    flow_client& early = connect(token("ada"));
    server->world().run_for(seconds(1));
    door.use(secret_of('n'));
    flow_client& with_the_old = connect(token("ada"));
    issuer = secret_of('n');
    flow_client& with_the_new = connect(token("ada"));
    server->world().run_for(seconds(1));
    BOOST_TEST(!early.connection().close_code().has_value());
    BOOST_TEST((with_the_old.connection().close_code() == close_code::unauthorized));
    BOOST_TEST(user_of(with_the_new) == "ada");
}

BOOST_AUTO_TEST_SUITE_END()
