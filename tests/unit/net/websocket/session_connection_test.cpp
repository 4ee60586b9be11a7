#include "net/websocket/session_connection.hpp"

#include "net/websocket/frame_header.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::websocket;
using net::test::complete;
using net::test::memory_stream;
using net::test::result_of;

std::string from_client(opcode kind, std::string_view payload) {
    std::string wire;
    append_masked_frame(wire, kind, payload, {1, 2, 3, 4});
    return wire;
}

struct fixture {
    sim::world world;
    memory_stream stream;
    transport over{stream, limits(), {}};
    session_connection connection{over};

    static transport_options limits() {
        transport_options options;
        options.message_bytes_max = options.frame_bytes_max = 1000;
        return options;
    }

    session::inbound receive(const std::string& wire) {
        stream.arrive(wire);
        return result_of(world, connection.receive());
    }
};

session::shared_frame frame(session::frame_kind kind, std::string body) {
    return std::make_shared<const session::outgoing_frame>(
        session::outgoing_frame{kind, "ada", std::move(body)}
    );
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(session_over_websocket, fixture)

BOOST_AUTO_TEST_CASE(each_occurrence_has_its_place) {
    using session::ended;
    BOOST_TEST(
        (std::get<session::text_message>(receive(from_client(opcode::text, "hi"))).text == "hi")
    );
    BOOST_TEST(std::holds_alternative<session::binary_message>(
        receive(from_client(opcode::binary, "\xff"))
    ));
    BOOST_TEST(
        (std::get<session::ping_received>(receive(from_client(opcode::ping, "p"))).payload == "p")
    );
    BOOST_TEST(std::holds_alternative<session::pong_received>(receive(from_client(opcode::pong, "p")
    )));
    const auto end = std::get<ended>(receive(from_client(opcode::close, "\x0f\xa0reason")));
    BOOST_TEST((end.who == ended::by::peer));
    BOOST_TEST(end.code == 4000);
    BOOST_TEST(end.reason == "reason");
}

BOOST_AUTO_TEST_CASE(a_close_frame_without_a_code_is_1005) {
    const auto end = std::get<session::ended>(receive(from_client(opcode::close, "")));
    BOOST_TEST((end.who == session::ended::by::peer));
    BOOST_TEST(end.code == 1005);
}

BOOST_AUTO_TEST_CASE(a_violation_names_the_code_to_close_with) {
    const auto end = std::get<session::ended>(receive(from_client(opcode::text, "\xff")));
    BOOST_TEST((end.who == session::ended::by::violation));
    BOOST_TEST(end.code == 1007);
}

BOOST_AUTO_TEST_CASE(a_lost_stream_is_the_transport_s_end) {
    stream.end();
    const auto end = std::get<session::ended>(receive(""));
    BOOST_TEST((end.who == session::ended::by::transport));
    const auto verdict = result_of(world, connection.send({frame(session::frame_kind::text, "x")}));
    BOOST_TEST(std::holds_alternative<session::gone>(verdict));
}

BOOST_AUTO_TEST_CASE(a_batch_keeps_its_order_and_kinds) {
    const std::vector<session::shared_frame> batch{
        frame(session::frame_kind::text, "a"),
        frame(session::frame_kind::ping, "b"),
        frame(session::frame_kind::pong, "c"),
    };
    const auto verdict = result_of(world, connection.send(batch));
    BOOST_TEST(std::holds_alternative<session::sent>(verdict));
    BOOST_TEST(
        stream.sent ==
        "\x81\x01"
        "a\x89\x01"
        "b\x8a\x01"
        "c"
    );
    BOOST_TEST(stream.writes == 1U);
    complete(world, connection.send_close(protocol::close_code::slow_consumer, "slow"));
    BOOST_TEST(stream.sent.ends_with("\x88\x06\x0f\xa8slow"));
}

BOOST_AUTO_TEST_SUITE_END()
