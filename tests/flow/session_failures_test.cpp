// Each failure of a session, by its real cause, and its whole record.
#include "core/async/sleep.hpp"
#include "core/session/serve.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace clarion;
using failure::code;
using failure::code_class;
using failure::severity;
using protocol::close_code;
using support::expect_failure;
using support::flow_client;
using support::flow_server;

constexpr std::string_view session_boundary = "core/session/serve.cpp";

/// Takes a second to find out; knows one token, and has a bug that another one finds.
class strict_door final : public session::authenticator {
public:
    policy asks_for() const override { return policy::token; }
    task<session::authentication> check(std::string token) override {
        co_await sleep_for(std::chrono::seconds(1));
        if (token == "boom")
            throw std::runtime_error("the door is broken");
        if (token == "good")
            co_return session::authentication(session::authenticated{"ada"});
        co_return session::authentication(session::not_authenticated{"unknown token"});
    }
};

struct guarded_server {
    guarded_server() {
        flow_server::options with;
        with.door = &door;
        server = std::make_unique<flow_server>(std::move(with));
    }
    flow_client& connect(std::vector<std::string> pipelined = {}) {
        session::upgrade_request nobody{"127.0.0.1", std::nullopt, std::nullopt};
        return server->connect(std::move(nobody), std::move(pipelined));
    }

    strict_door door;
    std::unique_ptr<flow_server> server;
};

std::string hello(const std::string& token) {
    return R"({"type":"hello","token":")" + token + R"("})";
}

failure::context session_of(const flow_client& client, const std::string& user) {
    return {std::string(client.only("welcome").at("connection_id").as_string()), user, {}, {}};
}

/// The connection of a handshake that failed so: it has an id, and no user yet.
failure::context nobody_of(code what, const failure::ledger& in) {
    for (const failure::record& record : in.snapshot().records)
        if (record.what == what && record.connection_id.starts_with("c_"))
            return {record.connection_id, {}, {}, {}};
    return {"a connection's id", {}, {}, {}};
}

/// Adds a frame of bob's to what each session is sent when it arrives, as no home may.
class mixed_up_home final : public session::user_home {
public:
    explicit mixed_up_home(executor on) : on_(on) {}

    executor where() const override { return on_; }
    task<session::arrival> arrive(session::session_link link) override {
        const session::outgoing_frame bobs{session::frame_kind::text, "bob", "bob's own"};
        link.send({std::make_shared<const session::outgoing_frame>(bobs)});
        co_return session::arrival();
    }
    task<> leave(session::session_link) override { co_return; }
    task<> message(session::request<protocol::client::message>) override { co_return; }
    task<> subscribe(session::request<protocol::client::subscribe>) override { co_return; }
    task<> unsubscribe(session::request<protocol::client::unsubscribe>) override { co_return; }
    task<> cancel(session::request<protocol::client::cancel>) override { co_return; }
    task<std::optional<protocol::server::error>>
    approve(session::request<protocol::client::approve>) override {
        co_return std::nullopt;
    }
    task<> history(session::request<protocol::client::history>) override { co_return; }
    task<> delete_thread(session::request<protocol::client::delete_thread>) override { co_return; }
    task<std::optional<protocol::server::error>>
    threads(session::request<protocol::client::threads>) override {
        co_return std::nullopt;
    }
    task<std::optional<protocol::server::error>> ack(session::request<protocol::client::ack>)
        override {
        co_return std::nullopt;
    }

private:
    executor on_;
};

class one_home final : public session::directory {
public:
    explicit one_home(session::user_home& home) : home_(home) {}
    session::user_home& home_of(std::string_view) override { return home_; }

private:
    session::user_home& home_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(session_failures)

BOOST_AUTO_TEST_CASE(a_bug_in_a_session_closes_1011_and_is_critical) {
    guarded_server with;
    flow_client& ada = with.connect({hello("boom")});
    with.server->settle();
    BOOST_TEST((ada.connection().close_code() == close_code::internal_error));
    expect_failure(
        code::internal_session,
        with.server->failures(),
        {.how = severity::critical,
         .of = code_class::delivery,
         .about = nobody_of(code::internal_session, with.server->failures()),
         .detail = "the door is broken",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_token_that_is_not_known_is_unauthorized) {
    guarded_server with;
    flow_client& ada = with.connect({hello("bad")});
    with.server->settle();
    BOOST_TEST((ada.connection().close_code() == close_code::unauthorized));
    expect_failure(
        code::unauthorized,
        with.server->failures(),
        {.how = severity::warning,
         .of = code_class::security,
         .about = nobody_of(code::unauthorized, with.server->failures()),
         .detail = "unknown token",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_client_that_says_nothing_is_a_handshake_timeout) {
    guarded_server with;
    flow_client& ada = with.connect();
    with.server->world().run_for(std::chrono::seconds(11));
    BOOST_TEST((ada.connection().close_code() == close_code::handshake_timeout));
    expect_failure(
        code::handshake_timeout,
        with.server->failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = nobody_of(code::handshake_timeout, with.server->failures()),
         .detail = "no hello",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_client_that_sends_too_much_before_welcome_overflows_the_hold) {
    guarded_server with;
    flow_client& ada = with.connect({hello("good")});
    with.server->world().run_for(milliseconds(100));
    for (int count = 0; count < 17; ++count)
        ada.sends(R"({"type":"ping"})");
    with.server->settle();
    BOOST_TEST((ada.connection().close_code() == close_code::protocol_error));
    expect_failure(
        code::hold_overflow,
        with.server->failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = nobody_of(code::hold_overflow, with.server->failures()),
         .detail = "16 frames",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_binary_frame_is_a_protocol_violation) {
    flow_server server;
    flow_client& ada = server.connect("ada-lovelace");
    server.settle();
    ada.connection().client_sends(session::binary_message{});
    server.settle();
    expect_failure(
        code::protocol_violation,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = session_of(ada, "ada-lovelace"),
         .detail = "binary",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_violation_of_the_codec_is_reported_with_its_rule) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    server.settle();
    ada.connection().client_sends(
        session::ended{session::ended::by::violation, 1002, "a frame without a mask"}
    );
    server.settle();
    expect_failure(
        code::protocol_violation,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = session_of(ada, "ada"),
         .detail = "a frame without a mask",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(twenty_bad_frames_are_reported_once_with_the_last_answer) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    server.settle();
    for (int count = 0; count < 19; ++count)
        ada.sends("{");
    ada.sends(R"({"type":"nonsense","id":"the-last"})");
    server.settle();
    expect_failure(
        code::too_many_bad_frames,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = session_of(ada, "ada"),
         .detail = "unknown_type",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_a_slow_consumer) {
    flow_server::options with;
    with.sessions.outbox_bytes_max = 4096;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    server.settle();
    const failure::context about = session_of(ada, "ada");
    ada.connection().client_stops_reading();
    ada.asks("m1", "/story 500 10");
    server.settle();
    expect_failure(
        code::slow_consumer,
        server.failures(),
        {.how = severity::warning,
         .of = code_class::delivery,
         .about = about,
         .detail = "does not read",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_CASE(an_event_of_another_user_is_stopped_and_critical) {
    sim::world world(1, sim::policy::fifo);
    mixed_up_home home(world.get_executor());
    one_home users(home);
    session::open_door door;
    const session::session_settings settings;
    failure::ledger failures(failure::logger(), [&world] { return world.wall_ms(); });
    support::memory_connection connection;
    const session::session_services services{door, users, settings, failures};
    session::upgrade_request ada{"127.0.0.1", "ada", std::nullopt};
    bool served = false;
    asio::co_spawn(
        world.get_executor(),
        session::serve(connection, ada, services),
        [&served](const std::exception_ptr&) { served = true; }
    );
    world.run([&served] { return served; });
    BOOST_TEST(served);
    BOOST_TEST((connection.close_code() == close_code::leak_guard));
    BOOST_TEST(connection.received().empty());
    const auto kept = failures.snapshot().records;
    BOOST_TEST_REQUIRE(kept.size() == 1U);
    BOOST_TEST(kept.front().connection_id.starts_with("c_"));
    expect_failure(
        code::leak_blocked,
        failures,
        {.how = severity::critical,
         .of = code_class::security,
         .about = {kept.front().connection_id, "ada", {}, {}},
         .detail = "another user",
         .from = session_boundary}
    );
}

BOOST_AUTO_TEST_SUITE_END()
