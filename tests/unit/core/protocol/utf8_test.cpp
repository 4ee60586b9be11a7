#include "core/protocol/utf8.hpp"

#include "tests/unit/net/websocket/reference_decoder.hpp"
#include "tests/unit/net/websocket/utf8_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using clarion::protocol::is_utf8;
using clarion::protocol::utf8_prefix_bytes;
using clarion::protocol::utf8_validator;
using namespace clarion::websocket::testing;

namespace {

// Feeds byte by byte: how many bytes were acceptable.
std::size_t feed_bytewise(utf8_validator& validator, std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (validator.feed(bytes.substr(i, 1)) == 0) {
            return i;
        }
    }
    return bytes.size();
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        hex += digits[static_cast<std::uint8_t>(c) / 16];
        hex += digits[static_cast<std::uint8_t>(c) % 16];
    }
    return hex;
}

// Tries every byte after the viable `prefix` against the grammar and goes on with those that are
// viable, so that every sequence of up to four bytes is decided. Returns how many were tried.
std::size_t compare_all_continuations(std::string& prefix) {
    std::size_t tried = 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
        prefix += static_cast<char>(byte);
        ++tried;
        const utf8_extent expected = reference_utf8(prefix);
        const bool whole = expected.valid == prefix.size();
        utf8_validator at_once;
        utf8_validator bytewise;
        const bool as_expected = at_once.feed(prefix) == expected.viable &&
                                 feed_bytewise(bytewise, prefix) == expected.viable;
        const bool is_viable = expected.viable == prefix.size();
        const bool ends_as_expected =
            !is_viable || (at_once.is_complete() == whole && bytewise.is_complete() == whole);
        if (!as_expected || !ends_as_expected) {
            BOOST_TEST_ERROR("differs from the grammar in sequence " << to_hex(prefix));
        }
        if (!whole && is_viable) {
            tried += compare_all_continuations(prefix);
        }
        prefix.pop_back();
    }
    return tried;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(the_conformance_sequences_are_judged_and_fail_at_the_first_impossible_byte) {
    for (const utf8_case& one : utf8_cases()) {
        BOOST_TEST_CONTEXT("case " << one.number) {
            BOOST_TEST(is_utf8(one.bytes) == one.valid);
            utf8_validator whole;
            BOOST_TEST(whole.feed(one.bytes) == one.viable);
            utf8_validator bytewise;
            BOOST_TEST(feed_bytewise(bytewise, one.bytes) == one.viable);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_sequence_of_up_to_four_bytes_follows_the_grammar) {
    std::string prefix;
    // 256 first bytes, 256 after each of 51 leads, and so on.
    BOOST_TEST(compare_all_continuations(prefix) == 4'518'912U);
}

BOOST_AUTO_TEST_CASE(an_impossible_byte_is_found_at_every_position_around_the_fast_path) {
    for (std::size_t size = 1; size <= 100; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string bytes(size, 'a');
            bytes[at] = '\xFF';
            utf8_validator validator;
            if (validator.feed(bytes) != at) {
                BOOST_TEST_ERROR("byte " << at << " of " << size);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_code_point_is_accepted_at_every_position_around_the_fast_path) {
    for (std::size_t before = 0; before <= 80; ++before) {
        for (const std::string_view point : {"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
            const std::string bytes = std::string(before, 'a') + std::string(point) + "bcd";
            if (!is_utf8(bytes) || is_utf8(bytes.substr(0, before + 1))) {
                BOOST_TEST_ERROR(point << " after " << before);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_code_point_may_be_fed_in_pieces) {
    utf8_validator validator;
    BOOST_TEST(validator.is_complete());
    BOOST_TEST(validator.feed("a\xF0\x9F") == 3U);
    BOOST_TEST(!validator.is_complete());
    BOOST_TEST(validator.feed("") == 0U);
    BOOST_TEST(validator.feed("\x98") == 1U);
    BOOST_TEST(!validator.is_complete());
    BOOST_TEST(validator.feed("\x80z") == 2U);
    BOOST_TEST(validator.is_complete());
}

BOOST_AUTO_TEST_CASE(a_reset_forgets_what_was_pending) {
    utf8_validator validator;
    BOOST_TEST(validator.feed("\xE0") == 1U);
    validator.reset();
    BOOST_TEST(validator.is_complete());
    BOOST_TEST(validator.feed("a\xC3\x80") == 3U);
}

BOOST_AUTO_TEST_CASE(a_prefix_ends_with_the_last_whole_code_point) {
    BOOST_TEST(utf8_prefix_bytes("") == 0U);
    BOOST_TEST(utf8_prefix_bytes("plain") == 5U);
    BOOST_TEST(utf8_prefix_bytes("a\xF0\x9F\x98\x80") == 5U);
    BOOST_TEST(utf8_prefix_bytes("a\xF0\x9F\x98") == 1U);
    BOOST_TEST(utf8_prefix_bytes("a\xF0\x9F") == 1U);
    BOOST_TEST(utf8_prefix_bytes("a\xF0") == 1U);
    BOOST_TEST(utf8_prefix_bytes("\xC3") == 0U);
    BOOST_TEST(utf8_prefix_bytes("ab\xFFz") == 2U);
    BOOST_TEST(utf8_prefix_bytes("ab\xE2\x82z") == 2U);
    for (const utf8_case& one : utf8_cases()) {
        BOOST_TEST_CONTEXT("case " << one.number) {
            BOOST_TEST(utf8_prefix_bytes(one.bytes) == reference_utf8(one.bytes).valid);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
