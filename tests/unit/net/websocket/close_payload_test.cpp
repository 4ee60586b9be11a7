#include "net/websocket/close_payload.hpp"

#include "core/protocol/utf8.hpp"
#include "net/websocket/status_codes.hpp"
#include "tests/unit/net/websocket/utf8_cases.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

using namespace clarion::websocket;
using clarion::websocket::testing::utf8_case;
using clarion::websocket::testing::utf8_cases;

namespace {

std::string payload_of(unsigned code, std::string_view reason = {}) {
    std::string payload;
    payload += static_cast<char>(code / 256);
    payload += static_cast<char>(code % 256);
    payload += reason;
    return payload;
}

std::uint16_t violation_of(std::string_view payload) {
    const auto parsed = parse_close_payload(payload);
    const auto* broke = std::get_if<violation>(&parsed);
    return broke == nullptr ? std::uint16_t{0} : broke->code;
}

// 1000..1003, 1007..1014, 3000..4999.
constexpr std::pair<unsigned, unsigned> allowed[] = {{1000, 1003}, {1007, 1014}, {3000, 4999}};

bool is_allowed(unsigned code) {
    for (const auto& [first, last] : allowed) {
        if (code >= first && code <= last) {
            return true;
        }
    }
    return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(close_payload)

BOOST_AUTO_TEST_CASE(an_empty_payload_is_a_close_without_a_code) {
    const auto parsed = parse_close_payload("");
    BOOST_REQUIRE(std::holds_alternative<closed>(parsed));
    BOOST_CHECK((std::get<closed>(parsed) == closed{status::no_status, ""}));
}

BOOST_AUTO_TEST_CASE(a_single_byte_is_a_protocol_error) {
    for (unsigned byte = 0; byte < 256; ++byte) {
        BOOST_TEST(violation_of(std::string(1, static_cast<char>(byte))) == 1002);
    }
}

BOOST_AUTO_TEST_CASE(every_code_of_sixteen_bits_is_judged) {
    for (unsigned code = 0; code <= 0xFFFF; ++code) {
        const auto parsed = parse_close_payload(payload_of(code));
        const auto* ended = std::get_if<closed>(&parsed);
        const bool accepted = ended != nullptr && ended->code == code;
        const bool refused = violation_of(payload_of(code)) == 1002;
        const bool on_wire = is_wire_close_code(static_cast<std::uint16_t>(code));
        if (accepted != is_allowed(code) || refused == accepted || on_wire != accepted) {
            BOOST_TEST_ERROR("close code " << code);
        }
    }
}

// Sections 7.7 and 7.9 of the conformance suite, so that the ranges above rest on a second source.
BOOST_AUTO_TEST_CASE(the_conformance_codes_are_judged) {
    for (const unsigned code :
         {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 3999U, 4000U, 4999U
         }) {
        BOOST_TEST(violation_of(payload_of(code)) == 0);
    }
    for (const unsigned code :
         {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 1100U, 2000U, 2999U, 5000U, 65535U}) {
        BOOST_TEST(violation_of(payload_of(code)) == 1002);
    }
}

BOOST_AUTO_TEST_CASE(a_reason_must_be_utf8) {
    for (const utf8_case& one : utf8_cases()) {
        BOOST_TEST_CONTEXT("case " << one.number) {
            const auto parsed = parse_close_payload(payload_of(1000, one.bytes));
            if (one.valid) {
                BOOST_REQUIRE(std::holds_alternative<closed>(parsed));
                BOOST_TEST(std::get<closed>(parsed).reason == one.bytes);
            } else {
                BOOST_TEST(violation_of(payload_of(1000, one.bytes)) == 1007);
            }
        }
    }
    // A bad code comes before a bad reason.
    BOOST_TEST(violation_of(payload_of(1005, "\xFF")) == 1002);
}

BOOST_AUTO_TEST_CASE(what_is_encoded_reads_back) {
    for (const unsigned code : {1000U, 1001U, 1011U, 3000U, 4008U, 4999U}) {
        for (const std::string_view reason : {"", "slow consumer", "h\xC3\xA4ngt"}) {
            const auto wire_code = static_cast<std::uint16_t>(code);
            const auto parsed = parse_close_payload(encode_close_payload(wire_code, reason));
            BOOST_REQUIRE(std::holds_alternative<closed>(parsed));
            BOOST_CHECK((std::get<closed>(parsed) == closed{wire_code, std::string(reason)}));
        }
    }
    BOOST_TEST(encode_close_payload(status::no_status, "not sent").empty());
}

BOOST_AUTO_TEST_CASE(a_long_reason_is_cut_between_code_points) {
    BOOST_TEST(encode_close_payload(1000, std::string(123, 'x')).size() == 125U);
    BOOST_TEST(encode_close_payload(1000, std::string(124, 'x')).size() == 125U);
    const std::string_view points[] = {"\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
    for (const std::string_view point : points) {
        for (std::size_t before = 115; before <= 125; ++before) {
            const std::string reason = std::string(before, 'x') + std::string(point) + "tail";
            const std::string payload = encode_close_payload(1000, reason);
            const std::string_view sent = std::string_view(payload).substr(2);
            const std::size_t with_point = before + point.size();
            const std::size_t at_least = with_point <= close_reason_bytes_max
                                             ? with_point
                                             : std::min(before, close_reason_bytes_max);
            BOOST_TEST(payload.size() <= control_payload_bytes_max);
            BOOST_TEST(clarion::protocol::is_utf8(sent));
            BOOST_TEST(reason.starts_with(sent));
            BOOST_TEST(sent.size() >= at_least);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reason_that_is_not_utf8_ends_before_the_fault) {
    BOOST_TEST(encode_close_payload(1011, "so far\xFFgone") == payload_of(1011, "so far"));
    BOOST_TEST(encode_close_payload(1011, "so far\xE2\x82") == payload_of(1011, "so far"));
}

BOOST_AUTO_TEST_SUITE_END()
