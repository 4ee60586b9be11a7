#include "tests/unit/net/websocket/reference_decoder.hpp"
#include "tests/unit/net/websocket/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace clarion::websocket;
using namespace clarion::websocket::testing;

namespace {

struct specimen {
    std::string_view title;
    std::vector<raw_frame> frames;
};

std::vector<specimen> specimens() {
    const std::string closing("\x03\xE8 bye", 6);
    return {
        {"short text", {{.payload = "Hello"}}},
        {"empty frames", {{}, {.opcode_bits = 9}, {.opcode_bits = 10}, {.opcode_bits = 8}}},
        {"fragments and pings",
         {{.fin = false, .payload = "one"},
          {.opcode_bits = 9, .payload = "?"},
          {.opcode_bits = 0, .fin = false},
          {.opcode_bits = 10, .payload = "!"},
          {.opcode_bits = 0, .payload = "two"},
          {.opcode_bits = 2, .payload = "\xFF\x80"}}},
        {"16 bits of length", {{.payload = std::string(130, 'x')}, {.opcode_bits = 9}}},
        {"code points", {{.payload = "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 end"}, {}}},
        {"impossible text", {{.payload = "fine until \xED\xA0\x80 here"}, {.opcode_bits = 9}}},
        {"impossible in the second fragment",
         {{.fin = false, .payload = "\xF4"}, {.opcode_bits = 0, .payload = "\x90\x80"}}},
        {"text that ends early", {{.payload = "almost \xE2\x82"}, {.opcode_bits = 9}}},
        {"close, then more", {{.opcode_bits = 8, .payload = closing}, {.payload = "late"}}},
        {"bad close", {{.opcode_bits = 8, .payload = "\x03"}, {.payload = "late"}}},
        {"bad close reason", {{.opcode_bits = 8, .payload = "\x03\xE9\xFF"}, {.payload = "x"}}},
        {"reserved bit", {{.payload = "ok"}, {.reserved_bits = 4, .payload = "no"}}},
        {"reserved opcode", {{.payload = "ok"}, {.opcode_bits = 11, .payload = "no"}}},
        {"fragmented ping", {{.opcode_bits = 9, .fin = false}, {.opcode_bits = 0}}},
        {"stray continuation", {{.opcode_bits = 0, .payload = "stray"}}},
        {"message in a message", {{.fin = false, .payload = "one"}, {.payload = "two"}}},
        {"long ping", {{.opcode_bits = 9, .payload = std::string(126, 'p')}}},
        {"long form of a short length", {{.payload = "abc", .length_form = 126}}},
        {"longest form of a short length", {{.payload = "abc", .length_form = 127}}},
        {"64 bits of length set", {{.payload = "abc", .announced_bytes = ~std::uint64_t{0}}}},
        {"too big", {{.payload = "ok"}, {.announced_bytes = 1U << 30U}}},
        {"too big in all",
         {{.fin = false, .payload = std::string(150, 'a')},
          {.opcode_bits = 9},
          {.opcode_bits = 0, .payload = std::string(150, 'b')}}},
    };
}

constexpr decoder_options narrow(role reads_as) {
    return {.reads_as = reads_as, .message_bytes_max = 256, .frame_bytes_max = 200};
}

struct wire_specimen {
    std::string_view title;
    decoder_options options;
    std::string bytes;
};

// Each specimen for both roles, and the confusion of roles.
std::vector<wire_specimen> wire_specimens() {
    std::vector<wire_specimen> out;
    for (const specimen& one : specimens()) {
        std::vector<raw_frame> unmasked = one.frames;
        for (raw_frame& frame : unmasked) {
            frame.key.reset();
        }
        out.push_back({one.title, narrow(role::server), wires(one.frames)});
        out.push_back({one.title, narrow(role::client), wires(unmasked)});
        out.push_back({one.title, narrow(role::client), wires(one.frames)});
        out.push_back({one.title, narrow(role::server), wires(unmasked)});
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder_split)

BOOST_AUTO_TEST_CASE(the_reference_agrees_on_every_specimen) {
    for (const wire_specimen& one : wire_specimens()) {
        BOOST_TEST_CONTEXT(one.title) {
            BOOST_TEST(
                decode_cut(one.options, one.bytes, {}) == reference_decode(one.options, one.bytes),
                boost::test_tools::per_element()
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cut_at_any_byte_changes_nothing) {
    for (const wire_specimen& one : wire_specimens()) {
        const std::vector<seen> whole = decode_cut(one.options, one.bytes, {});
        BOOST_TEST(!whole.empty(), one.title);
        for (std::size_t cut = 0; cut <= one.bytes.size(); ++cut) {
            if (decode_cut(one.options, one.bytes, {cut}) != whole) {
                BOOST_TEST_ERROR(one.title << " cut at " << cut);
            }
        }
        if (decode_bytewise(one.options, one.bytes) != whole) {
            BOOST_TEST_ERROR(one.title << " byte by byte");
        }
    }
}

BOOST_AUTO_TEST_CASE(any_two_cuts_change_nothing) {
    for (const wire_specimen& one : wire_specimens()) {
        const std::string bytes = one.bytes.substr(0, 64);
        const std::vector<seen> whole = decode_cut(one.options, bytes, {});
        for (std::size_t pair = 0; pair < bytes.size() * bytes.size(); ++pair) {
            const std::size_t first = pair / bytes.size();
            const std::size_t second = pair % bytes.size();
            if (first <= second && decode_cut(one.options, bytes, {first, second}) != whole) {
                BOOST_TEST_ERROR(one.title << " cut at " << first << " and " << second);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_long_message_in_pieces_of_any_size_is_whole) {
    std::mt19937_64 random(1);
    std::string payload;
    while (payload.size() < 70'000) {
        payload += random() % 4 == 0 ? "\xE2\x82\xAC" : "plain";
    }
    const std::string bytes = wire({.payload = payload});
    const std::vector<seen> expected{{bytes.size(), "text " + payload}};
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U, 4096U, 65536U}) {
        std::vector<std::size_t> cuts;
        for (std::size_t at = piece; at < bytes.size(); at += piece) {
            cuts.push_back(at);
        }
        BOOST_CHECK(decode_cut(roomy_server, bytes, cuts) == expected);
    }
}

BOOST_AUTO_TEST_SUITE_END()
