#include "net/websocket/decoder.hpp"
#include "tests/unit/net/websocket/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace clarion::websocket;
using namespace clarion::websocket::testing;
using texts = std::vector<std::string>;

namespace {

constexpr std::uint64_t bytes_2_63 = std::uint64_t{1} << 63U;

// Where in the wire the one occurrence became ready, and what it was.
seen only(const decoder_options& options, const std::string& bytes) {
    const std::vector<seen> all = decode_cut(options, bytes, {});
    BOOST_REQUIRE_EQUAL(all.size(), 1U);
    return all.front();
}

decoder_options limited(std::size_t frame_bytes_max, std::size_t message_bytes_max) {
    return {
        .reads_as = role::server,
        .message_bytes_max = message_bytes_max,
        .frame_bytes_max = frame_bytes_max,
    };
}

// What an empty frame comes to, at the start or inside the fragmented text "a".
texts expected_of(const raw_frame& frame, bool inside) {
    const unsigned bits = frame.opcode_bits;
    const bool control = bits >= 8 && bits <= 10;
    const bool data = bits == 1 || bits == 2;
    const bool continuation = bits == 0;
    if ((control && frame.fin) || (data && !inside) || (continuation && inside)) {
        const std::string kinds[] =
            {"text a", "text ", "binary ", "", "", "", "", "", "close 1005 ", "ping ", "pong "};
        return frame.fin ? texts{kinds[bits]} : texts{};
    }
    return {"violation 1002"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder_rules)

// Every opcode with and without FIN, at the start and inside a fragmented text.
BOOST_AUTO_TEST_CASE(every_opcode_and_fin_is_judged_in_both_states) {
    const std::string open_text = wire({.fin = false, .payload = "a"});
    for (unsigned i = 0; i < 64; ++i) {
        const raw_frame frame{.opcode_bits = i % 16, .fin = i >= 32};
        const bool inside = (i / 16) % 2 == 1;
        const texts expected = expected_of(frame, inside);
        BOOST_TEST_CONTEXT("opcode " << frame.opcode_bits << " fin " << frame.fin << inside) {
            const std::string bytes = (inside ? open_text : "") + wire(frame);
            BOOST_TEST(decode(roomy_server, bytes) == expected, boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(every_reserved_bit_is_refused_on_every_frame_at_the_first_byte) {
    for (unsigned reserved = 1; reserved < 8; ++reserved) {
        for (const unsigned bits : {1U, 2U, 8U, 9U, 10U}) {
            const std::string bytes = wire({.opcode_bits = bits, .reserved_bits = reserved});
            BOOST_TEST(only(roomy_server, bytes) == (seen{1, "violation 1002"}));
        }
    }
    const std::string inside = wires({{.fin = false}, {.opcode_bits = 0, .reserved_bits = 4}});
    BOOST_TEST(only(roomy_server, inside) == (seen{7, "violation 1002"}));
}

BOOST_AUTO_TEST_CASE(a_server_takes_only_masked_and_a_client_only_unmasked_frames) {
    for (const unsigned bits : {1U, 2U, 8U, 9U, 10U}) {
        const std::string plain = wire({.opcode_bits = bits, .key = {}});
        const std::string masked = wire({.opcode_bits = bits});
        BOOST_TEST(only(roomy_server, plain) == (seen{2, "violation 1002"}));
        BOOST_TEST(only(roomy_client, masked) == (seen{2, "violation 1002"}));
        BOOST_TEST(only(roomy_server, masked).what == only(roomy_client, plain).what);
        BOOST_TEST(only(roomy_server, masked).at == 6U);
        BOOST_TEST(only(roomy_client, plain).at == 2U);
    }
}

BOOST_AUTO_TEST_CASE(every_length_form_is_read_at_its_boundaries) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U, 65537U}) {
        const std::string payload(size, 'x');
        const std::size_t extended = size < 126 ? 0U : size < 65536 ? 2U : 8U;
        for (const unsigned bits : {1U, 2U}) {
            const std::string expected = (bits == 1 ? "text " : "binary ") + payload;
            const seen at_server =
                only(roomy_server, wire({.opcode_bits = bits, .payload = payload}));
            BOOST_CHECK((at_server == seen{2 + extended + 4 + size, expected}));
            const seen at_client =
                only(roomy_client, wire({.opcode_bits = bits, .key = {}, .payload = payload}));
            BOOST_CHECK((at_client == seen{2 + extended + size, expected}));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_length_in_a_longer_form_than_needed_is_refused) {
    for (const std::uint64_t length : {0U, 1U, 125U}) {
        const std::string bytes = wire({.announced_bytes = length, .length_form = 126});
        BOOST_TEST(only(roomy_server, bytes) == (seen{4, "violation 1002"}));
    }
    for (const std::uint64_t length : {0U, 125U, 126U, 65535U}) {
        const std::string bytes = wire({.announced_bytes = length, .length_form = 127});
        BOOST_TEST(only(roomy_server, bytes) == (seen{10, "violation 1002"}));
        const std::string plain = wire({.key = {}, .announced_bytes = length, .length_form = 127});
        BOOST_TEST(only(roomy_client, plain) == (seen{10, "violation 1002"}));
    }
}

BOOST_AUTO_TEST_CASE(a_length_over_63_bits_is_malformed_and_below_it_too_big) {
    for (const std::uint64_t length : {bytes_2_63, bytes_2_63 + 1, ~std::uint64_t{0}}) {
        BOOST_TEST(
            only(roomy_server, wire({.announced_bytes = length})) == (seen{10, "violation 1002"})
        );
    }
    BOOST_TEST(
        only(roomy_server, wire({.announced_bytes = bytes_2_63 - 1})) ==
        (seen{10, "violation 1009"})
    );
}

BOOST_AUTO_TEST_CASE(a_control_frame_holds_up_to_125_bytes) {
    const std::string longest(125, '\xFE');
    BOOST_TEST(
        only(roomy_server, wire({.opcode_bits = 9, .payload = longest})).what == "ping " + longest
    );
    BOOST_TEST(
        only(roomy_server, wire({.opcode_bits = 10, .payload = longest})).what == "pong " + longest
    );
    for (const unsigned bits : {8U, 9U, 10U}) {
        for (const std::uint64_t length : {std::uint64_t{126}, std::uint64_t{65536}}) {
            const std::string bytes = wire({.opcode_bits = bits, .announced_bytes = length});
            BOOST_TEST(only(roomy_server, bytes) == (seen{2, "violation 1002"}));
        }
    }
}

BOOST_AUTO_TEST_CASE(control_frames_are_outside_the_data_limits) {
    BOOST_TEST(
        decode(limited(0, 0), wire({.opcode_bits = 9, .payload = "still here"})) ==
            texts{"ping still here"},
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(a_frame_over_the_frame_limit_is_refused_at_its_length) {
    struct row {
        std::size_t limit;
        std::size_t at;
    };
    for (const row& one : {row{0, 2}, row{124, 2}, row{125, 4}, row{126, 4}, row{65535, 10}}) {
        BOOST_TEST_CONTEXT("limit " << one.limit) {
            const decoder_options options = limited(one.limit, 1U << 20U);
            const std::string fits = wire({.payload = std::string(one.limit, 'x')});
            BOOST_TEST(only(options, fits).what.size() == 5 + one.limit);
            const std::string over = wire({.announced_bytes = one.limit + 1});
            BOOST_TEST(only(options, over) == (seen{one.at, "violation 1009"}));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_message_over_the_message_limit_is_refused_at_the_length_that_passes_it) {
    const decoder_options options = limited(1U << 20U, 10);
    BOOST_TEST(only(options, wire({.payload = "0123456789"})).what == "text 0123456789");
    BOOST_TEST(only(options, wire({.payload = "0123456789a"})) == (seen{2, "violation 1009"}));

    const std::string first = wire({.fin = false, .payload = "01234"});
    const std::string fits = wire({.opcode_bits = 0, .payload = "56789"});
    const std::string over = wire({.opcode_bits = 0, .fin = false, .payload = "56789a"});
    const std::string empty = wire({.opcode_bits = 0, .payload = ""});
    BOOST_TEST(only(options, first + fits).what == "text 0123456789");
    BOOST_TEST(only(options, first + over) == (seen{first.size() + 2, "violation 1009"}));
    const std::string full = wires({{.fin = false, .payload = "0123456789"}});
    BOOST_TEST(only(options, full + empty).what == "text 0123456789");
    BOOST_TEST(
        only(options, full + wire({.opcode_bits = 0, .payload = "a"})) ==
        (seen{full.size() + 2, "violation 1009"})
    );
}

BOOST_AUTO_TEST_CASE(the_message_limit_begins_anew_with_each_message) {
    const std::string one = wire({.payload = "0123456789"});
    BOOST_TEST(decode(limited(10, 10), one + one + one).size() == 3U);
}

// The running total must not wrap around when a limit is the largest number there is.
BOOST_AUTO_TEST_CASE(without_limits_a_huge_second_fragment_is_waited_for) {
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    decoder target(limited(none, none));
    const std::string bytes = wires({
        {.opcode_bits = 2, .fin = false, .payload = "abc"},
        {.opcode_bits = 0, .announced_bytes = bytes_2_63 - 1},
    });
    std::vector<seen> got;
    feed(target, bytes + "some of it", 0, got);
    BOOST_TEST(got.empty());
    BOOST_TEST(!target.is_finished());
}

BOOST_AUTO_TEST_CASE(a_close_payload_is_judged_by_its_own_rules) {
    struct row {
        std::string payload;
        std::string expected;
    };
    const row rows[] = {
        {"", "close 1005 "},
        {std::string("\x03\xE8", 2), "close 1000 "},
        {std::string("\x03\xE8 bye", 6), "close 1000  bye"},
        {std::string("\x0F\xA8", 2), "close 4008 "},
        {std::string("\x03", 1), "violation 1002"},
        {std::string("\x03\xED", 2), "violation 1002"},
        {std::string("\x03\xE8", 2) + std::string(123, '*'), "close 1000 " + std::string(123, '*')},
        {std::string("\x03\xE8\xED\xA0\x80", 5), "violation 1007"},
    };
    for (const row& one : rows) {
        const std::string bytes = wire({.opcode_bits = 8, .payload = one.payload});
        BOOST_TEST(only(roomy_server, bytes) == (seen{bytes.size(), one.expected}));
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_interpreted_after_a_close) {
    const std::string bytes = wires({
        {.opcode_bits = 8, .payload = std::string("\x03\xE8", 2)},
        {.opcode_bits = 8},
        {.opcode_bits = 9, .payload = "not answered"},
        {.payload = "not read"},
        {.opcode_bits = 15},
    });
    BOOST_TEST(
        decode(roomy_server, bytes) == texts{"close 1000 "},
        boost::test_tools::per_element()
    );
    BOOST_TEST(decode_bytewise(roomy_server, bytes).size() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_is_interpreted_after_a_violation) {
    const std::string bytes = wires({{.opcode_bits = 3}, {.opcode_bits = 9}, {.payload = "no"}});
    BOOST_TEST(
        decode(roomy_server, bytes) == texts{"violation 1002"},
        boost::test_tools::per_element()
    );
    decoder target(roomy_server);
    std::vector<seen> got;
    feed(target, bytes, 0, got);
    BOOST_TEST(target.is_finished());
    BOOST_TEST(target.next(std::string(100, 'x')).used == 100U);
}

BOOST_AUTO_TEST_CASE(no_input_is_no_occurrence) {
    decoder target(roomy_server);
    const decoder_step step = target.next({});
    BOOST_TEST(step.used == 0U);
    BOOST_TEST(describe(step.what) == "need_more");
    BOOST_TEST(!target.is_finished());
}

BOOST_AUTO_TEST_CASE(every_violation_carries_a_reason_that_fits_a_close_frame) {
    const std::string broken[] = {
        wire({.reserved_bits = 1}),
        wire({.opcode_bits = 3}),
        wire({.opcode_bits = 9, .fin = false}),
        wire({.opcode_bits = 0}),
        wires({{.fin = false}, {}}),
        wire({.key = {}}),
        wire({.opcode_bits = 9, .announced_bytes = 126}),
        wire({.announced_bytes = 5, .length_form = 126}),
        wire({.announced_bytes = bytes_2_63}),
        wire({.announced_bytes = bytes_2_63 - 1}),
        wire({.payload = "\xFF"}),
        wire({.payload = "\xC3"}),
        wire({.opcode_bits = 8, .payload = "x"}),
        wire({.opcode_bits = 8, .payload = "xx"}),
    };
    for (const std::string& bytes : broken) {
        decoder target(roomy_server);
        occurrence last;
        for (std::size_t at = 0; at < bytes.size() && !target.is_finished();) {
            decoder_step step = target.next(std::span(bytes).subspan(at));
            at += step.used;
            last = std::move(step.what);
        }
        BOOST_REQUIRE(std::holds_alternative<violation>(last));
        const auto& broke = std::get<violation>(last);
        BOOST_TEST(!broke.reason.empty());
        BOOST_TEST(broke.reason.size() <= 123U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
