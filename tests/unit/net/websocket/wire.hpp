#pragma once

#include "net/websocket/decoder.hpp"
#include "net/websocket/masking.hpp"
#include "net/websocket/occurrence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::websocket::testing {

inline constexpr masking_key sample_key{0x37, 0xFA, 0x21, 0x3D};
inline constexpr decoder_options roomy_server{role::server, 1U << 20U, 1U << 20U};
inline constexpr decoder_options roomy_client{role::client, 1U << 20U, 1U << 20U};

// A frame as any peer, also a broken one, could send it.
struct raw_frame {
    unsigned opcode_bits = 0x1;
    bool fin = true;
    unsigned reserved_bits = 0;  // 4 = RSV1, 2 = RSV2, 1 = RSV3
    std::optional<masking_key> key = sample_key;
    std::string payload = {};
    std::optional<std::uint64_t> announced_bytes = {};  // absent: what the payload has
    std::optional<unsigned> length_form = {};           // 126 or 127; absent: the shortest
};

inline std::string wire(const raw_frame& frame) {
    const std::uint64_t length = frame.announced_bytes.value_or(frame.payload.size());
    const unsigned shortest = length < 126 ? 0U : length < 65536 ? 126U : 127U;
    const unsigned form = frame.length_form.value_or(shortest);
    const unsigned mask_bit = frame.key ? 0x80U : 0U;
    std::string out;
    const auto push = [&out](std::uint64_t value) {
        out += static_cast<char>(value & 0xFFU);
    };

    push((frame.fin ? 0x80U : 0U) | (frame.reserved_bits << 4U) | frame.opcode_bits);
    push(mask_bit | (form == 0 ? length : form));
    const unsigned length_bytes = form == 126 ? 2 : form == 127 ? 8 : 0;
    for (unsigned i = length_bytes; i > 0; --i) {
        push(length >> (8 * (i - 1)));
    }
    if (frame.key) {
        for (const std::uint8_t byte : *frame.key) {
            push(byte);
        }
    }
    for (std::size_t i = 0; i < frame.payload.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(frame.payload[i]);
        push(frame.key ? byte ^ (*frame.key)[i % 4] : byte);
    }
    return out;
}

inline std::string wires(const std::vector<raw_frame>& frames) {
    std::string out;
    for (const raw_frame& frame : frames) {
        out += wire(frame);
    }
    return out;
}

// An occurrence in a form that tables can hold: "text …", "binary …", "ping …", "pong …",
// "close CODE …", "violation CODE".
inline std::string describe(const occurrence& what) {
    return std::visit(
        [](const auto& value) -> std::string {
            using kind = std::remove_cvref_t<decltype(value)>;
            if constexpr (std::is_same_v<kind, need_more>) {
                return "need_more";
            } else if constexpr (std::is_same_v<kind, message>) {
                return (value.kind == opcode::text ? "text " : "binary ") + value.payload;
            } else if constexpr (std::is_same_v<kind, ping>) {
                return "ping " + value.payload;
            } else if constexpr (std::is_same_v<kind, pong>) {
                return "pong " + value.payload;
            } else if constexpr (std::is_same_v<kind, closed>) {
                return "close " + std::to_string(value.code) + " " + value.reason;
            } else {
                return "violation " + std::to_string(value.code);
            }
        },
        what
    );
}

// What came out, and how many bytes of the whole wire had been read then.
struct seen {
    std::size_t at = 0;
    std::string what;
    bool operator==(const seen&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const seen& value) {
    return out << value.at << ": " << value.what;
}

// Feeds `piece`, which begins at `offset` of the wire. A breach of the decoder's own contract shows
// as an entry that no table contains.
inline void
feed(decoder& target, std::string_view piece, std::size_t offset, std::vector<seen>& out) {
    while (!piece.empty()) {
        const bool was_finished = target.is_finished();
        const decoder_step step = target.next(piece);
        const bool idle = std::holds_alternative<need_more>(step.what);
        if (step.used > piece.size() || step.used == 0 || (idle && step.used != piece.size()) ||
            (was_finished && !idle)) {
            out.push_back({offset, "BROKEN CONTRACT"});
            return;
        }
        offset += step.used;
        piece.remove_prefix(step.used);
        if (!idle) {
            out.push_back({offset, describe(step.what)});
        }
    }
}

// Decodes `bytes` cut before each of the ascending offsets `cuts`.
inline std::vector<seen> decode_cut(
    const decoder_options& options,
    std::string_view bytes,
    const std::vector<std::size_t>& cuts
) {
    decoder target(options);
    std::vector<seen> out;
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
        feed(target, bytes.substr(begin, cut - begin), begin, out);
        begin = cut;
    }
    feed(target, bytes.substr(begin), begin, out);
    return out;
}

inline std::vector<seen> decode_bytewise(const decoder_options& options, std::string_view bytes) {
    decoder target(options);
    std::vector<seen> out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        feed(target, bytes.substr(i, 1), i, out);
    }
    return out;
}

// The occurrences alone, whole input at once.
inline std::vector<std::string> decode(const decoder_options& options, std::string_view bytes) {
    std::vector<std::string> out;
    for (seen& one : decode_cut(options, bytes, {})) {
        out.push_back(std::move(one.what));
    }
    return out;
}

}  // namespace clarion::websocket::testing
