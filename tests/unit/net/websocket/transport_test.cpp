#include "net/websocket/transport.hpp"

#include "net/websocket/frame_header.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::websocket;
using net::test::complete;
using net::test::memory_stream;
using net::test::result_of;
using net::test::running;
using net::test::store;

constexpr masking_key key{1, 2, 3, 4};

std::string from_client(opcode kind, std::string_view payload) {
    std::string wire;
    append_masked_frame(wire, kind, payload, key);
    return wire;
}

transport_options as(role reads_as) {
    transport_options options;
    options.reads_as = reads_as;
    options.message_bytes_max = options.frame_bytes_max = std::size_t{1} << 20U;
    return options;
}

struct fixture {
    sim::world world;
    memory_stream stream;

    incoming receive(transport& from) { return result_of(world, from.receive()); }
    send_result send(transport& to, std::span<const outgoing> frames) {
        return result_of(world, to.send(frames));
    }
    send_result close(transport& to, std::uint16_t code) {
        return result_of(world, to.send_close(code, "why"));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(websocket_transport, fixture)

BOOST_AUTO_TEST_CASE(what_came_with_the_upgrade_is_received_first) {
    const std::string early = from_client(opcode::text, "one") + from_client(opcode::ping, "two");
    const std::string cut = from_client(opcode::text, "three");
    transport over(stream, as(role::server), early + cut.substr(0, 4));
    stream.arrive(cut.substr(4));
    BOOST_TEST((std::get<message>(receive(over)) == message{opcode::text, "one"}));
    BOOST_TEST((std::get<ping>(receive(over)) == ping{"two"}));
    BOOST_TEST((std::get<message>(receive(over)) == message{opcode::text, "three"}));
}

BOOST_AUTO_TEST_CASE(a_batch_goes_out_in_order_with_one_write) {
    transport over(stream, as(role::server), {});
    const std::string long_text(70000, 'x');
    const std::array<outgoing, 3> batch{
        outgoing{opcode::text, "one"},
        {opcode::pong, "two"},
        {opcode::text, long_text}
    };
    BOOST_TEST(std::holds_alternative<written>(send(over, batch)));
    std::string expected = "\x81\x03one\x8a\x03two";
    append_frame(expected, opcode::text, long_text);
    BOOST_TEST((stream.sent == expected));
    BOOST_TEST(stream.writes == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_masks_and_a_server_reads_it) {
    transport client(stream, as(role::client), {});
    const std::array<outgoing, 1> batch{outgoing{opcode::text, "hello"}};
    send(client, batch);
    send(client, batch);
    BOOST_TEST(stream.sent.find("hello") == std::string::npos);
    BOOST_TEST(stream.sent.substr(0, 11) != stream.sent.substr(11));
    memory_stream other;
    transport server(other, as(role::server), stream.sent);
    BOOST_TEST((std::get<message>(receive(server)).payload == "hello"));
    BOOST_TEST((std::get<message>(receive(server)).payload == "hello"));
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_after_a_close_frame) {
    transport over(stream, as(role::server), {});
    BOOST_TEST(std::holds_alternative<written>(close(over, 1001)));
    BOOST_TEST(stream.sent == "\x88\x05\x03\xe9why");
    const std::array<outgoing, 1> batch{outgoing{opcode::text, "late"}};
    BOOST_TEST(std::holds_alternative<transport_end>(send(over, batch)));
    BOOST_TEST(std::holds_alternative<transport_end>(close(over, 1000)));
    BOOST_TEST(stream.writes == 1U);
    // Receiving goes on until the peer's own close frame.
    stream.arrive(from_client(opcode::text, "late") + from_client(opcode::close, "\x03\xe9"));
    BOOST_TEST((std::get<message>(receive(over)).payload == "late"));
    BOOST_TEST((std::get<closed>(receive(over)).code == 1001));
    complete(world, over.finish());
    BOOST_TEST(stream.is_finished);
    BOOST_TEST(!stream.is_aborted);
}

BOOST_AUTO_TEST_CASE(limits_and_rules_are_those_of_the_decoder) {
    transport_options small = as(role::server);
    small.message_bytes_max = 3;
    transport over(stream, small, from_client(opcode::text, "four"));
    BOOST_TEST((std::get<violation>(receive(over)).code == 1009));
    transport strict(stream, as(role::server), "\x81\x01x");
    BOOST_TEST((std::get<violation>(receive(strict)).code == 1002));
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_without_a_close_frame_is_dropped) {
    transport over(stream, as(role::server), {});
    stream.end();
    BOOST_TEST(std::holds_alternative<transport_end>(receive(over)));
    BOOST_TEST(std::holds_alternative<transport_end>(close(over, 1000)));
    complete(world, over.finish());
    BOOST_TEST(stream.is_aborted);
    BOOST_TEST(stream.sent.empty());
}

BOOST_AUTO_TEST_CASE(abort_ends_what_is_outstanding) {
    transport over(stream, as(role::server), {});
    stream.stall();
    std::optional<incoming> received;
    std::optional<send_result> sent;
    const std::array<outgoing, 1> batch{outgoing{opcode::text, "x"}};
    const running reader(world, store(received, over.receive()));
    const running writer(world, store(sent, over.send(batch)));
    world.run_for(std::chrono::seconds(1));
    BOOST_TEST(!received.has_value());
    BOOST_TEST(!sent.has_value());
    over.abort();
    world.run_for(std::chrono::seconds(1));
    BOOST_TEST(std::holds_alternative<transport_end>(received.value()));
    BOOST_TEST(std::holds_alternative<transport_end>(sent.value()));
}

BOOST_AUTO_TEST_CASE(abort_after_a_violation_leaves_time_for_the_code_to_arrive) {
    transport over(stream, as(role::server), "\x81\x01x");
    BOOST_TEST(std::holds_alternative<violation>(receive(over)));
    close(over, 1002);
    over.abort();
    complete(world, over.finish());
    BOOST_TEST(!stream.is_aborted);
    BOOST_TEST(stream.is_finished);
}

BOOST_AUTO_TEST_CASE(a_long_message_is_read_in_large_pieces_and_a_short_one_in_small) {
    const std::string long_text(60000, 'x');
    transport over(stream, as(role::server), {});
    stream.arrive(from_client(opcode::text, long_text));
    BOOST_TEST((std::get<message>(receive(over)).payload == long_text));
    stream.arrive(from_client(opcode::text, "short"));
    BOOST_TEST((std::get<message>(receive(over)).payload == "short"));
}

BOOST_AUTO_TEST_CASE(an_idle_reader_holds_no_more_than_its_resident_bytes) {
    read_buffer buffer("early");
    buffer.consume(5);
    BOOST_TEST(buffer.space().size() == read_buffer::resident_bytes);
    buffer.filled(read_buffer::resident_bytes);
    buffer.consume(read_buffer::resident_bytes);
    BOOST_TEST(buffer.space().size() == read_buffer::grown_bytes);
    buffer.filled(read_buffer::grown_bytes);
    buffer.consume(read_buffer::grown_bytes);
    BOOST_TEST(buffer.space().size() == read_buffer::grown_bytes);
    buffer.filled(read_buffer::grown_bytes - 1);
    buffer.consume(read_buffer::grown_bytes - 1);
    BOOST_TEST(buffer.space().size() == read_buffer::resident_bytes);
}

BOOST_AUTO_TEST_SUITE_END()
