#include "net/websocket/decoder.hpp"
#include "tests/unit/net/websocket/utf8_cases.hpp"
#include "tests/unit/net/websocket/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace clarion::websocket;
using namespace clarion::websocket::testing;
using texts = std::vector<std::string>;

namespace {

struct conversation {
    std::string_view title;
    std::vector<raw_frame> frames;
    texts expected;
};

// Sections 2 and 5 of the conformance suite, by number.
std::vector<conversation> conversations() {
    return {
        {"2.1", {{.opcode_bits = 9}}, {"ping "}},
        {"2.8", {{.opcode_bits = 10, .payload = "unsolicited"}}, {"pong unsolicited"}},
        {"2.9",
         {{.opcode_bits = 10, .payload = "unsolicited"}, {.opcode_bits = 9, .payload = "asked"}},
         {"pong unsolicited", "ping asked"}},
        {"5.1",
         {{.opcode_bits = 9, .fin = false, .payload = "one"}, {.opcode_bits = 0}},
         {"violation 1002"}},
        {"5.2",
         {{.opcode_bits = 10, .fin = false, .payload = "one"}, {.opcode_bits = 0}},
         {"violation 1002"}},
        {"5.3",
         {{.fin = false, .payload = "one"}, {.opcode_bits = 0, .payload = "two"}},
         {"text onetwo"}},
        {"5.6",
         {{.fin = false, .payload = "one"},
          {.opcode_bits = 9, .payload = "between"},
          {.opcode_bits = 0, .payload = "two"}},
         {"ping between", "text onetwo"}},
        {"5.9", {{.opcode_bits = 0, .payload = "stray"}, {.payload = "no"}}, {"violation 1002"}},
        {"5.12",
         {{.opcode_bits = 0, .fin = false, .payload = "stray"}, {.payload = "no"}},
         {"violation 1002"}},
        {"5.15",
         {{.fin = false, .payload = "one"},
          {.opcode_bits = 0, .payload = "two"},
          {.opcode_bits = 0, .fin = false, .payload = "stray"},
          {.payload = "no"}},
         {"text onetwo", "violation 1002"}},
        {"5.18", {{.fin = false, .payload = "one"}, {.payload = "two"}}, {"violation 1002"}},
        {"5.19",
         {{.fin = false, .payload = "1"},
          {.opcode_bits = 0, .fin = false, .payload = "2"},
          {.opcode_bits = 9, .payload = "ping 1"},
          {.opcode_bits = 0, .fin = false, .payload = "3"},
          {.opcode_bits = 0, .fin = false, .payload = "4"},
          {.opcode_bits = 9, .payload = "ping 2"},
          {.opcode_bits = 0, .payload = "5"}},
         {"ping ping 1", "ping ping 2", "text 12345"}},
        {"6.1.1", {{}}, {"text "}},
        {"6.1.2", {{.fin = false}, {.opcode_bits = 0, .fin = false}, {.opcode_bits = 0}}, {"text "}
        },
        {"6.1.3",
         {{.fin = false}, {.opcode_bits = 0, .fin = false, .payload = "mid"}, {.opcode_bits = 0}},
         {"text mid"}},
        {"7.1.5",
         {{.fin = false, .payload = "one"},
          {.opcode_bits = 8, .payload = std::string("\x03\xE8", 2)},
          {.opcode_bits = 0, .payload = "two"}},
         {"close 1000 "}},
        {"binary in fragments",
         {{.opcode_bits = 2, .fin = false, .payload = "\xFF\x80"},
          {.opcode_bits = 10},
          {.opcode_bits = 0, .payload = "\xC0"}},
         {"pong ", "binary \xFF\x80\xC0"}},
        {"a key of its own for each frame",
         {{.fin = false, .key = masking_key{1, 2, 3, 4}, .payload = "one"},
          {.opcode_bits = 9, .key = masking_key{0, 0, 0, 0}, .payload = "plain"},
          {.opcode_bits = 0, .key = masking_key{0xFF, 0xFE, 0xFD, 0xFC}, .payload = "two"}},
         {"ping plain", "text onetwo"}},
        {"binary does not spoil the text after it",
         {{.opcode_bits = 2, .payload = "\xC3"}, {.payload = "text"}},
         {"binary \xC3", "text text"}},
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder_messages)

BOOST_AUTO_TEST_CASE(frames_become_messages_in_order) {
    for (const conversation& one : conversations()) {
        BOOST_TEST_CONTEXT("case " << one.title) {
            BOOST_TEST(
                decode(roomy_server, wires(one.frames)) == one.expected,
                boost::test_tools::per_element()
            );
            std::vector<raw_frame> unmasked = one.frames;
            for (raw_frame& frame : unmasked) {
                frame.key.reset();
            }
            BOOST_TEST(
                decode(roomy_client, wires(unmasked)) == one.expected,
                boost::test_tools::per_element()
            );
        }
    }
}

BOOST_AUTO_TEST_CASE(control_frames_are_delivered_before_the_message_that_they_interrupt_ends) {
    const std::string head = wires({{.fin = false, .payload = "one"}, {.opcode_bits = 9}});
    decoder target(roomy_server);
    std::vector<seen> got;
    feed(target, head, 0, got);
    BOOST_TEST(got.size() == 1U);
    feed(target, wire({.opcode_bits = 0, .payload = "two"}), head.size(), got);
    BOOST_TEST(got.size() == 2U);
    BOOST_TEST(got.back().what == "text onetwo");
}

// Payload sizes around the word size, so that the fast unmasking meets each remainder.
BOOST_AUTO_TEST_CASE(a_message_of_any_size_in_fragments_of_any_size_is_whole) {
    for (std::size_t size = 0; size <= 40; ++size) {
        std::string payload;
        for (std::size_t i = 0; i < size; ++i) {
            payload += static_cast<char>('!' + i);
        }
        for (std::size_t piece = 1; piece <= 20; ++piece) {
            std::vector<raw_frame> frames;
            for (std::size_t at = 0; at < size || frames.empty(); at += piece) {
                frames.push_back({
                    .opcode_bits = at == 0 ? 1U : 0U,
                    .fin = at + piece >= size,
                    .payload = payload.substr(at, piece),
                });
            }
            if (decode(roomy_server, wires(frames)) != texts{"text " + payload}) {
                BOOST_TEST_ERROR("size " << size << " in fragments of " << piece);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(text_is_judged_as_the_conformance_suite_does) {
    for (const utf8_case& one : utf8_cases()) {
        BOOST_TEST_CONTEXT("case " << one.number) {
            const std::string bytes = wire({.payload = one.bytes});
            const std::size_t header_bytes = bytes.size() - one.bytes.size();
            const bool to_the_end = one.viable == one.bytes.size();
            const seen expected{
                header_bytes + one.viable + (to_the_end ? 0 : 1),
                one.valid ? "text " + one.bytes : "violation 1007",
            };
            const std::vector<seen> got = decode_cut(roomy_server, bytes, {});
            BOOST_TEST(got == std::vector{expected}, boost::test_tools::per_element());
        }
    }
}

// Cases 6.2.3 and 6.3.2: one byte a fragment.
BOOST_AUTO_TEST_CASE(a_code_point_may_span_fragments) {
    for (const utf8_case& one : utf8_cases()) {
        std::vector<raw_frame> frames;
        for (std::size_t i = 0; i < one.bytes.size(); ++i) {
            frames.push_back({
                .opcode_bits = i == 0 ? 1U : 0U,
                .fin = i + 1 == one.bytes.size(),
                .payload = one.bytes.substr(i, 1),
            });
        }
        BOOST_TEST_CONTEXT("case " << one.number) {
            const std::string expected = one.valid ? "text " + one.bytes : "violation 1007";
            BOOST_TEST(
                decode(roomy_server, wires(frames)) == texts{expected},
                boost::test_tools::per_element()
            );
        }
    }
}

// Cases 6.4.1 to 6.4.4: the byte that cannot be right is refused before anything follows it, in a
// fragment of its own as in the middle of a frame.
BOOST_AUTO_TEST_CASE(impossible_text_is_refused_while_its_frame_is_still_arriving) {
    const std::string good = from_hex("cebae1bdb9cf83cebcceb5f4");
    decoder chopped(roomy_server);
    std::vector<seen> got;
    const std::string frame = wire({.payload = good + "\x90\x80\x80 and the rest"});
    feed(chopped, frame.substr(0, 6 + good.size()), 0, got);
    BOOST_TEST(got.empty());
    feed(chopped, frame.substr(6 + good.size(), 1), 6 + good.size(), got);
    BOOST_REQUIRE_EQUAL(got.size(), 1U);
    BOOST_TEST(got.front() == (seen{6 + good.size() + 1, "violation 1007"}));

    decoder fragmented(roomy_server);
    got.clear();
    feed(fragmented, wire({.fin = false, .payload = good}), 0, got);
    BOOST_TEST(got.empty());
    feed(fragmented, wire({.opcode_bits = 0, .fin = false, .payload = "\x90"}), 0, got);
    BOOST_REQUIRE_EQUAL(got.size(), 1U);
    BOOST_TEST(got.front().what == "violation 1007");
}

BOOST_AUTO_TEST_CASE(a_code_point_may_span_a_control_frame) {
    BOOST_TEST(
        decode(
            roomy_server,
            wires({
                {.fin = false, .payload = "\xE2\x82"},
                {.opcode_bits = 9, .payload = "\xFF"},
                {.opcode_bits = 0, .payload = "\xAC"},
            })
        ) == (texts{"ping \xFF", "text \xE2\x82\xAC"}),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(an_empty_last_fragment_does_not_complete_a_code_point) {
    BOOST_TEST(
        decode(roomy_server, wires({{.fin = false, .payload = "\xE2\x82"}, {.opcode_bits = 0}})) ==
            texts{"violation 1007"},
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_SUITE_END()
