// Properties of the WebSocket decoder under any input: it does not crash; the occurrences, and the
// bytes at which they become ready, are the same however the input is cut; they are those of the
// slow reference; and what is held stays within what arrived and within the limit.
//
// Layout of an input: byte 0 chooses role, limits and form, byte 1 the cuts, the rest is the wire.
// In the raw form the wire is taken as it stands. In the built form it is a list of frames (first
// byte, length byte, payload) that get a correct length and mask, so that mutations of the payload
// reach the rules behind the header.

#include "net/websocket/decoder.hpp"
#include "tests/unit/net/websocket/reference_decoder.hpp"
#include "tests/unit/net/websocket/wire.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion::websocket;
using namespace clarion::websocket::testing;

constexpr std::size_t limits[] = {0, 20, 300, 70'000};
constexpr std::size_t runs[] = {20, 21, 125, 126, 127, 300, 301};
constexpr std::uint8_t first_run = 256 - std::size(runs);
constexpr std::size_t wire_bytes_max = 1000;  // an input is decoded five times, once bytewise

struct plan {
    decoder_options options;
    bool built = false;
    std::uint8_t cut_seed = 0;
};

plan read_plan(std::uint8_t shape, std::uint8_t cut_seed) {
    return {
        .options =
            {
                .reads_as = (shape & 1U) != 0 ? role::client : role::server,
                .message_bytes_max = limits[(shape >> 2U) % 4],
                .frame_bytes_max = limits[(shape >> 4U) % 4],
            },
        .built = (shape & 2U) != 0,
        .cut_seed = cut_seed,
    };
}

std::string build_frames(std::string_view recipe, role reader) {
    std::string out;
    while (recipe.size() >= 2 && out.size() < wire_bytes_max) {
        const auto first = static_cast<std::uint8_t>(recipe[0]);
        const auto length = static_cast<std::uint8_t>(recipe[1]);
        recipe.remove_prefix(2);
        // The highest lengths stand for a run of one byte, to get to the longer length form.
        const bool is_run = length >= first_run && !recipe.empty();
        const std::string payload = is_run ? std::string(runs[length - first_run], recipe.front())
                                           : std::string(recipe.substr(0, length));
        recipe.remove_prefix(is_run ? 1 : payload.size());
        raw_frame frame{
            .opcode_bits = first % 16U,
            .fin = first >= 128,
            .reserved_bits = (first >> 4U) % 8U,
            .payload = payload,
        };
        if (reader == role::client) {
            frame.key.reset();
        }
        out += wire(frame);
    }
    return out;
}

std::vector<std::size_t> choose_cuts(std::uint8_t seed, std::size_t size) {
    std::vector<std::size_t> cuts;
    std::uint32_t state = seed;
    for (std::size_t at = 0; at < size;) {
        state = state * 1'664'525U + 1'013'904'223U;
        at += 1 + (state >> 24U) % (1U + seed % 32U);
        if (at < size) {
            cuts.push_back(at);
        }
    }
    return cuts;
}

[[noreturn]] void
fail(const char* property, const std::vector<seen>& expected, const std::vector<seen>& got) {
    std::fprintf(stderr, "broken property: %s\n", property);
    for (const seen& one : expected) {
        std::fprintf(stderr, "  expected %zu: %.60s\n", one.at, one.what.c_str());
    }
    for (const seen& one : got) {
        std::fprintf(stderr, "  got      %zu: %.60s\n", one.at, one.what.c_str());
    }
    std::abort();
}

void check_memory(const decoder_options& options, std::string_view bytes) {
    // A control payload in a doubled buffer, and the smallest buffers that a string takes.
    constexpr std::size_t slack = 2 * control_payload_bytes_max + 64;
    decoder target(options);
    std::vector<seen> got;
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
        const std::string_view piece = bytes.substr(at, 16);
        feed(target, piece, at, got);
        const std::size_t arrived = at + piece.size();
        if (target.held_bytes() > std::min(2 * arrived, options.message_bytes_max) + slack) {
            fail("memory within what arrived and within the limit", {}, got);
        }
    }
    if (target.is_finished() && target.held_bytes() != 0) {
        fail("nothing held at the end", {}, got);
    }
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const plan chosen = read_plan(data[0], data[1]);
    std::string bytes(data + 2, data + size);
    if (chosen.built) {
        bytes = build_frames(bytes, chosen.options.reads_as);
    }

    const std::vector<seen> whole = decode_cut(chosen.options, bytes, {});
    const auto cuts = choose_cuts(chosen.cut_seed, bytes.size());
    const std::vector<seen> cut = decode_cut(chosen.options, bytes, cuts);
    if (cut != whole) {
        fail("cuts change nothing", whole, cut);
    }
    const std::vector<seen> bytewise = decode_bytewise(chosen.options, bytes);
    if (bytewise != whole) {
        fail("single bytes change nothing", whole, bytewise);
    }
    const std::vector<seen> reference = reference_decode(chosen.options, bytes);
    if (reference != whole) {
        fail("the reference agrees", reference, whole);
    }
    check_memory(chosen.options, bytes);
    return 0;
}
