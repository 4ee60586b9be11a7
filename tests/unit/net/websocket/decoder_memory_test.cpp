#include "net/websocket/decoder.hpp"
#include "tests/unit/net/websocket/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using namespace clarion::websocket;
using namespace clarion::websocket::testing;

namespace {

// An idle connection's share of the codec.
static_assert(sizeof(decoder) <= 128);

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

std::size_t announced_header_bytes(decoder& target, std::size_t announced) {
    std::vector<seen> got;
    feed(target, wire({.announced_bytes = announced}), 0, got);
    BOOST_TEST(got.empty());
    return target.held_bytes();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder_memory)

BOOST_AUTO_TEST_CASE(an_announced_length_reserves_nothing) {
    decoder target({role::server, 16 * mebibyte, 16 * mebibyte});
    BOOST_TEST(announced_header_bytes(target, 16 * mebibyte) == 0U);
    std::vector<seen> got;
    feed(target, std::string(100, 'x'), 0, got);
    BOOST_TEST(target.held_bytes() <= 256U);
}

BOOST_AUTO_TEST_CASE(the_buffer_grows_with_what_arrived_and_not_past_the_message) {
    constexpr std::size_t size = 100'000;
    decoder target({role::client, mebibyte, mebibyte});
    const std::string bytes = wire({.key = {}, .payload = std::string(size, 'x')});
    std::vector<seen> got;
    for (std::size_t at = 0; at + 1000 < bytes.size(); at += 1000) {
        feed(target, std::string_view(bytes).substr(at, 1000), at, got);
        if (target.held_bytes() > std::min(2 * (at + 1000), size) + 32) {
            BOOST_TEST_ERROR(target.held_bytes() << " bytes held after " << at + 1000);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_fragmented_message_is_held_within_the_limit) {
    constexpr std::size_t limit = 10'000;
    decoder target({role::server, limit, limit});
    std::vector<seen> got;
    feed(target, wire({.opcode_bits = 2, .fin = false}), 0, got);
    std::size_t sent = 0;
    for (; sent + 7 <= limit; sent += 7) {
        feed(target, wire({.opcode_bits = 0, .fin = false, .payload = "7 bytes"}), 0, got);
        if (target.held_bytes() > std::min(2 * (sent + 7), limit) + 32) {
            BOOST_TEST_ERROR(target.held_bytes() << " bytes held after " << sent + 7);
        }
    }
    BOOST_TEST(got.empty());
    feed(target, wire({.opcode_bits = 0, .payload = "7 bytes"}), 0, got);
    BOOST_TEST(got.size() == 1U);
    BOOST_TEST(got.back().what == "violation 1009");
    BOOST_TEST(target.held_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(a_control_payload_that_is_still_arriving_is_counted) {
    decoder target(roomy_server);
    const std::string bytes = wire({.opcode_bits = 9, .payload = std::string(125, 'p')});
    std::vector<seen> got;
    feed(target, std::string_view(bytes).substr(0, bytes.size() - 1), 0, got);
    BOOST_TEST(got.empty());
    BOOST_TEST(target.held_bytes() >= 124U);
    BOOST_TEST(target.held_bytes() <= 2 * 125U);
}

BOOST_AUTO_TEST_CASE(nothing_is_held_after_a_message_a_control_frame_a_close_or_a_violation) {
    const std::string payload(100'000, 'x');
    const std::string closing = std::string("\x03\xE8", 2) + std::string(100, 'r');
    const std::string endings[] = {
        wire({.payload = payload}),
        wires({{.fin = false, .payload = payload}, {.opcode_bits = 0}}),
        wire({.opcode_bits = 9, .payload = std::string(125, 'p')}),
        wires({{.fin = false, .payload = payload}, {.opcode_bits = 8, .payload = closing}}),
        wires({{.fin = false, .payload = payload}, {.opcode_bits = 3}}),
        wires({{.fin = false, .payload = payload}, {.opcode_bits = 0, .payload = "\xFF"}}),
        wires({{.fin = false, .payload = payload + "\xC3"}, {.opcode_bits = 0}}),
    };
    for (const std::string& bytes : endings) {
        decoder target(roomy_server);
        std::vector<seen> got;
        feed(target, bytes, 0, got);
        BOOST_TEST(!got.empty());
        BOOST_TEST(target.held_bytes() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_whole_message_is_handed_over_in_a_buffer_of_its_size) {
    decoder target(roomy_server);
    const std::string bytes = wire({.payload = std::string(100'000, 'x')});
    decoder_step step = target.next(bytes);
    BOOST_REQUIRE(std::holds_alternative<message>(step.what));
    BOOST_TEST(std::get<message>(step.what).payload.capacity() == 100'000U);
}

BOOST_AUTO_TEST_SUITE_END()
