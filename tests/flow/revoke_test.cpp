#include "core/conversation/revoke.hpp"

#include "core/async/sleep.hpp"
#include "core/session/token_door.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using clarion::task;
using clarion::protocol::close_code;
using clarion::support::flow_client;
using clarion::support::flow_server;
namespace conversation = clarion::conversation;
namespace session = clarion::session;
namespace storage = clarion::storage;

using std::chrono::seconds;

/// Checks tokens and then takes a second to say so, which is when a revocation may come.
class hesitant_door final : public session::authenticator {
public:
    explicit hesitant_door(session::token_door& behind) : behind_(behind) {}

    policy asks_for() const override { return policy::token; }
    task<session::authentication> check(std::string token) override {
        session::authentication verdict = co_await behind_.check(std::move(token));
        co_await clarion::sleep_for(seconds(1));
        co_return verdict;
    }
    std::optional<std::string> objection_to(const session::authenticated& who) const override {
        return behind_.objection_to(who);
    }

private:
    session::token_door& behind_;
};

struct revoking_server {
    revoking_server() {
        flow_server::options with;
        with.door = &hesitant;
        with.log = &log;
        server = std::make_unique<flow_server>(std::move(with));
    }

    flow_client& connect(const std::string& user) {
        session::token_order order;
        order.user_id = user;
        order.now_ms = server->world().wall_ms();
        order.lives = std::chrono::hours(1);
        return server->connect(
            session::upgrade_request{"127.0.0.1", {}, session::make_token(order, *secret)}
        );
    }

    conversation::revoke_outcome revoke(const std::string& user) {
        conversation::revoke_outcome outcome;
        server->run(revoke_into(outcome, user));
        return outcome;
    }
    task<> revoke_into(conversation::revoke_outcome& outcome, std::string user) {
        const conversation::revoke_request with{user, server->home(), revoked, log};
        outcome = co_await conversation::revoke(with);
    }

    std::vector<storage::revocation> stored() {
        std::vector<storage::revocation> found;
        server->run(read_stored(found));
        return found;
    }
    task<> read_stored(std::vector<storage::revocation>& into) {
        auto read = co_await log.list_revocations();
        into = std::get<std::vector<storage::revocation>>(std::move(read));
    }

    void pass(seconds time) { server->world().run_for(time); }

    session::secret_ptr secret =
        std::make_shared<const session::token_secret>(std::string(32, 's'));
    session::revocations revoked;
    session::token_door door{{secret, nullptr}, {}, revoked};
    hesitant_door hesitant{door};
    clarion::support::faulty_log log;
    std::unique_ptr<flow_server> server;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(revocation, revoking_server)

BOOST_AUTO_TEST_CASE(every_session_of_the_user_is_ended_and_nobody_else_s) {
    flow_client& ada = connect("ada");
    flow_client& also_ada = connect("ada");
    flow_client& bob = connect("bob");
    pass(seconds(2));
    const auto outcome = revoke("ada");
    pass(seconds(5));
    BOOST_TEST(outcome.sessions == 2U);
    BOOST_TEST(!outcome.not_stored.has_value());
    for (flow_client* client : {&ada, &also_ada}) {
        BOOST_TEST((client->connection().close_code() == close_code::revoked));
        BOOST_TEST(client->served);
    }
    BOOST_TEST(!bob.connection().close_code().has_value());
    BOOST_TEST(server->failures().snapshot().records.empty());
}

BOOST_AUTO_TEST_CASE(what_was_issued_up_to_then_is_refused_and_what_comes_later_is_welcome) {
    revoke("ada");
    flow_client& early = connect("ada");
    flow_client& bob = connect("bob");
    pass(seconds(2));
    BOOST_TEST((early.connection().close_code() == close_code::unauthorized));
    BOOST_TEST(early.connection().close_reason() == "the token was revoked");
    flow_client& late = connect("ada");
    pass(seconds(2));
    BOOST_TEST(late.types() == std::vector<std::string>{"welcome"});
    BOOST_TEST(bob.types() == std::vector<std::string>{"welcome"});
}

BOOST_AUTO_TEST_CASE(a_revocation_between_the_check_and_the_welcome_is_not_missed) {
    flow_client& ada = connect("ada");
    pass(seconds(0));
    const auto outcome = revoke("ada");
    BOOST_TEST(outcome.sessions == 0U);
    pass(seconds(5));
    BOOST_TEST((ada.connection().close_code() == close_code::unauthorized));
    BOOST_TEST(ada.types().empty());
    BOOST_TEST(ada.served);
    // It has left its home, too: nobody is there to be ended.
    BOOST_TEST(revoke("ada").sessions == 0U);
}

BOOST_AUTO_TEST_CASE(the_time_is_stored_for_the_next_start) {
    const auto outcome = revoke("ada");
    const auto found = stored();
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found.front().user_id == "ada");
    BOOST_TEST(found.front().revoked_ms == outcome.revoked_ms);
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_nobody_in) {
    flow_client& ada = connect("ada");
    pass(seconds(2));
    log.fill_after(0);
    const auto outcome = revoke("ada");
    pass(seconds(5));
    BOOST_TEST(outcome.not_stored.value_or("") == "no space left on device");
    BOOST_TEST((ada.connection().close_code() == close_code::revoked));
}

BOOST_AUTO_TEST_CASE(an_earlier_time_than_the_known_one_brings_nobody_back) {
    revoked.add("ada", 1000);
    revoked.add("ada", 500);
    BOOST_TEST(revoked.include("ada", 1000));
    BOOST_TEST(!revoked.include("ada", 1001));
    BOOST_TEST(revoked.include("ada", std::nullopt));
    BOOST_TEST(!revoked.include("bob", std::nullopt));
}

BOOST_AUTO_TEST_SUITE_END()
