#include "net/websocket/close_payload.hpp"
#include "net/websocket/frame_header.hpp"
#include "tests/unit/net/websocket/reference_decoder.hpp"
#include "tests/unit/net/websocket/wire.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace clarion::websocket;
using namespace clarion::websocket::testing;

namespace {

// A conversation drawn from a seed: what goes in, and the wire that our own encoder makes of it.
class drawn_conversation {
public:
    drawn_conversation(std::uint64_t seed, role reader) : random_(seed), reader_(reader) {
        for (std::size_t i = 0; i < 1 + below(6); ++i) {
            if (below(4) == 0) {
                add_control();
            } else {
                add_message();
            }
        }
        if (below(2) == 0) {
            const auto code = static_cast<std::uint16_t>(3000 + below(2000));
            const std::string reason = text(below(100));
            add_frame(opcode::close, encode_close_payload(code, reason), fin::set);
            expected_.push_back("close " + std::to_string(code) + " " + reason);
        }
    }

    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] const std::vector<std::string>& expected() const { return expected_; }

    std::size_t below(std::size_t bound) { return random_() % bound; }

    std::vector<std::size_t> cuts() {
        std::vector<std::size_t> out;
        for (std::size_t i = 0; i < below(12); ++i) {
            out.push_back(below(bytes_.size() + 1));
        }
        std::ranges::sort(out);
        return out;
    }

private:
    std::string text(std::size_t code_points) {
        constexpr std::string_view points[] =
            {"a", "{", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"};
        std::string out;
        for (std::size_t i = 0; i < code_points; ++i) {
            out += points[below(std::size(points))];
        }
        return out.substr(0, 120 < out.size() && code_points < 100 ? utf8_cut(out) : out.size());
    }

    // The last code point's start at or before byte 120.
    static std::size_t utf8_cut(std::string_view bytes) {
        std::size_t at = 120;
        while ((static_cast<std::uint8_t>(bytes[at]) & 0xC0U) == 0x80U) {
            --at;
        }
        return at;
    }

    std::string binary(std::size_t size) {
        std::string out(size, '\0');
        std::ranges::generate(out, [this] { return static_cast<char>(random_() & 0xFFU); });
        return out;
    }

    std::size_t size() {
        constexpr std::size_t bounds[] = {1, 20, 130, 1000, 1000, 70'000};
        return below(bounds[below(std::size(bounds))]);
    }

    void add_frame(opcode kind, std::string_view payload, fin fin_bit) {
        if (reader_ == role::client) {
            append_frame(bytes_, kind, payload, fin_bit);
            return;
        }
        masking_key key{};
        std::ranges::generate(key, [this] { return static_cast<std::uint8_t>(random_() & 0xFFU); });
        append_masked_frame(bytes_, kind, payload, key, fin_bit);
    }

    void add_control() {
        const bool asks = below(2) == 0;
        const std::string payload = binary(below(126));
        add_frame(asks ? opcode::ping : opcode::pong, payload, fin::set);
        expected_.push_back((asks ? "ping " : "pong ") + payload);
    }

    void add_message() {
        const bool is_text = below(2) == 0;
        const std::string payload = is_text ? text(100 + size()) : binary(size());
        std::size_t sent = 0;
        opcode kind = is_text ? opcode::text : opcode::binary;
        while (below(3) != 0) {  // fragments; an empty one now and then
            const std::size_t piece = below(payload.size() - sent + 1);
            add_frame(kind, std::string_view(payload).substr(sent, piece), fin::clear);
            sent += piece;
            kind = opcode::continuation;
            if (below(3) == 0) {
                add_control();
            }
        }
        add_frame(kind, std::string_view(payload).substr(sent), fin::set);
        expected_.push_back((is_text ? "text " : "binary ") + payload);
    }

    std::mt19937_64 random_;
    role reader_;
    std::string bytes_ = {};
    std::vector<std::string> expected_ = {};
};

std::vector<std::string> without_offsets(const std::vector<seen>& all) {
    std::vector<std::string> out;
    out.reserve(all.size());
    for (const seen& one : all) {
        out.push_back(one.what);
    }
    return out;
}

constexpr decoder_options roomy(role reads_as) {
    return reads_as == role::server ? roomy_server : roomy_client;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decoder_round_trip)

BOOST_AUTO_TEST_CASE(what_is_encoded_is_decoded_whichever_way_it_is_cut) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        for (const role reads_as : {role::server, role::client}) {
            drawn_conversation drawn(seed, reads_as);
            const auto got = decode_cut(roomy(reads_as), drawn.bytes(), drawn.cuts());
            if (without_offsets(got) != drawn.expected()) {
                BOOST_TEST_ERROR("seed " << seed << " role " << static_cast<int>(reads_as));
            }
        }
    }
}

// A byte changed at random mostly breaks a rule; decoder and reference must name the same one at
// the same byte, and go on alike when it breaks none. The changes keep to headers where they can.
BOOST_AUTO_TEST_CASE(a_damaged_wire_is_judged_as_by_the_reference) {
    std::size_t violations = 0;
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        const role reads_as = seed % 2 == 0 ? role::server : role::client;
        drawn_conversation drawn(seed, reads_as);
        std::string bytes = drawn.bytes().substr(0, 3000);
        for (std::size_t i = 0; i < 1 + drawn.below(3); ++i) {
            const std::size_t reach =
                drawn.below(2) == 0 ? std::min<std::size_t>(16, bytes.size()) : bytes.size();
            bytes[drawn.below(reach)] = static_cast<char>(drawn.below(256));
        }
        const decoder_options options{
            .reads_as = reads_as,
            .message_bytes_max = drawn.below(2) == 0 ? 2000U : 200U,
            .frame_bytes_max = drawn.below(2) == 0 ? 1500U : 150U,
        };
        const std::vector<seen> expected = reference_decode(options, bytes);
        if (decode_cut(options, bytes, {}) != expected ||
            decode_bytewise(options, bytes) != expected) {
            BOOST_TEST_ERROR("seed " << seed);
        }
        violations += !expected.empty() && expected.back().what.starts_with("violation") ? 1U : 0U;
    }
    BOOST_TEST(violations > 1000U);  // the damage is real
}

BOOST_AUTO_TEST_SUITE_END()
