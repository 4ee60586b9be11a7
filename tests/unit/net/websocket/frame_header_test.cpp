#include "net/websocket/frame_header.hpp"

#include "tests/unit/net/websocket/utf8_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>

using namespace clarion::websocket;
using clarion::websocket::testing::from_hex;

namespace {

constexpr masking_key key{0x37, 0xFA, 0x21, 0x3D};

struct length_row {
    std::uint64_t payload_bytes;
    std::string_view plain;
    std::string_view masked;
};

constexpr length_row lengths[] = {
    {0, "8100", "818037fa213d"},
    {1, "8101", "818137fa213d"},
    {125, "817d", "81fd37fa213d"},
    {126, "817e007e", "81fe007e37fa213d"},
    {127, "817e007f", "81fe007f37fa213d"},
    {256, "817e0100", "81fe010037fa213d"},
    {65535, "817effff", "81feffff37fa213d"},
    {65536, "817f0000000000010000", "81ff000000000001000037fa213d"},
    {0x123456789A, "817f000000123456789a", "81ff000000123456789a37fa213d"},
    {0x7FFFFFFFFFFFFFFF, "817f7fffffffffffffff", "81ff7fffffffffffffff37fa213d"},
};

struct kind_row {
    opcode kind;
    fin fin_bit;
    std::string_view plain;
};

constexpr kind_row kinds[] = {
    {opcode::continuation, fin::clear, "0003"},
    {opcode::continuation, fin::set, "8003"},
    {opcode::text, fin::clear, "0103"},
    {opcode::text, fin::set, "8103"},
    {opcode::binary, fin::clear, "0203"},
    {opcode::binary, fin::set, "8203"},
    {opcode::close, fin::set, "8803"},
    {opcode::ping, fin::set, "8903"},
    {opcode::pong, fin::set, "8a03"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_header)

BOOST_AUTO_TEST_CASE(a_length_takes_its_shortest_form) {
    for (const length_row& row : lengths) {
        BOOST_TEST_CONTEXT("payload of " << row.payload_bytes) {
            const encoded_header plain = encode_header(opcode::text, row.payload_bytes);
            BOOST_TEST(plain.view() == from_hex(row.plain));
            const encoded_header masked =
                encode_masked_header(opcode::text, row.payload_bytes, key);
            BOOST_TEST(masked.view() == from_hex(row.masked));
            BOOST_TEST(plain.view().size() <= header_bytes_max - key.size());
            BOOST_TEST(masked.view().size() <= header_bytes_max);
        }
    }
}

BOOST_AUTO_TEST_CASE(opcode_and_fin_stand_in_the_first_byte) {
    for (const kind_row& row : kinds) {
        const encoded_header header = encode_header(row.kind, 3, row.fin_bit);
        BOOST_TEST(header.view() == from_hex(row.plain));
    }
}

BOOST_AUTO_TEST_CASE(only_close_ping_and_pong_are_control_frames) {
    for (const kind_row& row : kinds) {
        const bool expected =
            row.kind == opcode::close || row.kind == opcode::ping || row.kind == opcode::pong;
        BOOST_TEST(is_control(row.kind) == expected);
    }
}

// RFC 6455 section 5.7.
BOOST_AUTO_TEST_CASE(the_rfc_examples_are_encoded_as_printed) {
    std::string out;
    append_frame(out, opcode::text, "Hello");
    BOOST_TEST(out == from_hex("810548656c6c6f"));

    out.clear();
    append_masked_frame(out, opcode::text, "Hello", key);
    BOOST_TEST(out == from_hex("818537fa213d7f9f4d5158"));

    out.clear();
    append_frame(out, opcode::text, "Hel", fin::clear);
    append_frame(out, opcode::continuation, "lo");
    BOOST_TEST(out == from_hex("010348656c80026c6f"));

    out.clear();
    append_frame(out, opcode::ping, "Hello");
    append_masked_frame(out, opcode::pong, "Hello", key);
    BOOST_TEST(out == from_hex("890548656c6c6f8a8537fa213d7f9f4d5158"));
}

BOOST_AUTO_TEST_CASE(frames_are_appended_behind_what_is_there) {
    std::string out = "before";
    append_masked_frame(out, opcode::binary, "", key);
    append_frame(out, opcode::binary, "");
    BOOST_TEST(out == "before" + from_hex("828037fa213d8200"));
}

BOOST_AUTO_TEST_SUITE_END()
