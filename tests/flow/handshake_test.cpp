#include "core/async/sleep.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::protocol::close_code;
using clarion::support::flow_client;
using clarion::support::flow_server;
namespace session = clarion::session;

/// Takes a second to find out; knows the token "good", which belongs to ada.
class slow_door final : public session::authenticator {
public:
    policy asks_for() const override { return policy::token; }
    clarion::task<session::authentication> check(std::string token) override {
        co_await clarion::sleep_for(std::chrono::seconds(1));
        if (token == "good")
            co_return session::authentication(session::authenticated{"ada"});
        co_return session::authentication(session::not_authenticated{"unknown token"});
    }
};

const std::string hello = R"({"type":"hello","token":"good"})";

const std::string from_start =
    R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})";

std::string message(int number) {
    const std::string id = "m" + std::to_string(number);
    return R"({"type":"message","thread_id":"t1","message_id":")" + id + R"(","text":"/think 1"})";
}

struct guarded_server {
    guarded_server() {
        flow_server::options with;
        with.door = &door;
        server = std::make_unique<flow_server>(std::move(with));
    }
    flow_client& connect(std::vector<std::string> pipelined = {}) {
        return server->connect(
            session::upgrade_request{"127.0.0.1", std::nullopt, std::nullopt},
            std::move(pipelined)
        );
    }

    slow_door door;
    std::unique_ptr<flow_server> server;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(handshake)

BOOST_AUTO_TEST_CASE(nothing_precedes_the_welcome_and_pipelined_messages_follow_it_in_order) {
    guarded_server with;
    flow_client& ada = with.connect({hello, message(1), message(2), message(3)});
    with.server->world().run_for(milliseconds(900));
    // The token is still being checked: nothing was handled, nothing was lost.
    BOOST_TEST(ada.types().empty());
    with.server->settle();

    BOOST_TEST(ada.types().front() == "welcome");
    const auto accepted = ada.frames("accepted");
    BOOST_REQUIRE_EQUAL(accepted.size(), 3U);
    for (int number = 1; number <= 3; ++number)
        BOOST_TEST(
            accepted[static_cast<std::size_t>(number - 1)].at("message_id").as_string() ==
            "m" + std::to_string(number)
        );
    BOOST_TEST(ada.frames("agent_completed").size() == 3U);
}

BOOST_AUTO_TEST_CASE(frames_that_come_while_the_token_is_checked_are_held) {
    guarded_server with;
    flow_client& ada = with.connect({hello});
    with.server->world().run_for(milliseconds(500));
    ada.sends(message(1));
    with.server->world().run_for(milliseconds(100));
    BOOST_TEST(ada.types().empty());
    with.server->settle();
    BOOST_TEST(ada.types()[0] == "welcome");
    BOOST_TEST(ada.types()[1] == "accepted");
}

BOOST_AUTO_TEST_CASE(what_was_held_is_processed_although_its_client_has_left) {
    const std::vector<std::function<void(flow_client&)>> ways{
        [](flow_client& ada) { ada.connection().client_closes(1000); },
        [](flow_client& ada) { ada.connection().client_vanishes(); },
    };
    for (const auto& leaves : ways) {
        guarded_server with;
        flow_client& ada = with.connect({hello, message(1)});
        leaves(ada);
        with.server->settle();
        BOOST_TEST(ada.served);
        flow_client& later = with.connect({hello, from_start});
        with.server->settle();
        BOOST_TEST(later.frames("agent_completed").size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(sixteen_held_frames_are_processed_and_a_seventeenth_closes_4502) {
    for (const int frames : {16, 17}) {
        guarded_server with;
        flow_client& ada = with.connect({hello});
        with.server->world().run_for(milliseconds(100));
        for (int number = 0; number < frames; ++number)
            ada.sends(R"({"type":"ping"})");
        with.server->settle([&] { return !ada.types().empty() || ada.served; });
        with.server->world().run_for(milliseconds(100));
        if (frames == 16) {
            BOOST_TEST(ada.frames("pong").size() == 16U);
        } else {
            BOOST_TEST((ada.connection().close_code() == close_code::protocol_error));
            BOOST_TEST(ada.types().empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_hold_is_bounded_in_bytes_too) {
    guarded_server with;
    flow_client& ada = with.connect({hello});
    with.server->world().run_for(milliseconds(100));
    ada.sends(R"({"type":"ping","padding":")" + std::string(65536, 'x') + "\"}");
    with.server->settle();
    BOOST_TEST((ada.connection().close_code() == close_code::protocol_error));
}

BOOST_AUTO_TEST_CASE(nothing_within_ten_seconds_closes_4501) {
    guarded_server with;
    flow_client& ada = with.connect();
    with.server->world().run_for(std::chrono::milliseconds(9900));
    BOOST_TEST(!ada.connection().close_code().has_value());
    with.server->world().run_for(std::chrono::milliseconds(200));
    BOOST_TEST((ada.connection().close_code() == close_code::handshake_timeout));
}

BOOST_AUTO_TEST_CASE(another_first_frame_closes_4502_and_a_bad_token_4500) {
    guarded_server with;
    flow_client& eager = with.connect({message(1)});
    flow_client& stranger = with.connect({R"({"type":"hello","token":"bad"})"});
    with.server->settle();
    BOOST_TEST((eager.connection().close_code() == close_code::protocol_error));
    BOOST_TEST((stranger.connection().close_code() == close_code::unauthorized));
    BOOST_TEST(stranger.connection().close_reason() == "unknown token");
    BOOST_TEST(eager.types().empty());
    BOOST_TEST(stranger.types().empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_during_the_handshake_leaves_nothing_behind) {
    guarded_server with;
    flow_client& ada = with.connect({hello});
    with.server->world().run_for(milliseconds(500));
    ada.connection().client_vanishes();
    with.server->settle();
    BOOST_TEST(ada.served);
    BOOST_TEST(ada.types().empty());
}

BOOST_AUTO_TEST_CASE(a_message_sent_just_before_the_close_is_still_processed) {
    flow_server server;
    flow_client& ada = server.connect("ada", {message(1)});
    ada.connection().client_closes(1000);
    server.settle();
    flow_client& again = server.connect(
        "ada",
        {R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})"}
    );
    server.settle();
    BOOST_TEST(again.event_types().back() == "agent_completed");
}

BOOST_AUTO_TEST_CASE(twenty_bad_frames_within_a_minute_close_4502) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    server.settle();
    for (int count = 0; count < 19; ++count)
        ada.sends("{");
    server.settle();
    BOOST_TEST(ada.frames("error").size() == 19U);
    BOOST_TEST(!ada.connection().close_code().has_value());
    ada.sends(R"({"type":"nonsense"})");
    server.settle();
    BOOST_TEST(ada.frames("error").size() == 20U);
    BOOST_TEST((ada.connection().close_code() == close_code::protocol_error));
}

BOOST_AUTO_TEST_CASE(a_binary_frame_closes_1003) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.connection().client_sends(session::binary_message{});
    server.settle();
    BOOST_TEST((ada.connection().close_code() == close_code::unsupported_data));
}

BOOST_AUTO_TEST_SUITE_END()
