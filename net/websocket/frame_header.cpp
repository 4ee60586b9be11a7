#include "net/websocket/frame_header.hpp"

#include "core/async/assert.hpp"
#include "net/websocket/masking.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace clarion::websocket {
namespace {

constexpr std::uint8_t fin_flag = 0x80;
constexpr std::uint8_t mask_flag = 0x80;

encoded_header encode_start(
    opcode kind,
    std::uint64_t payload_bytes,
    fin fin_bit,
    std::uint8_t mask_bit
) noexcept {
    CLARION_ASSERT(payload_bytes >> 63U == 0);
    CLARION_ASSERT(
        !is_control(kind) || (fin_bit == fin::set && payload_bytes <= control_payload_bytes_max)
    );

    encoded_header header;
    const std::uint8_t first = fin_bit == fin::set ? fin_flag : 0U;
    header.push(first | static_cast<std::uint8_t>(kind));

    std::size_t length_bytes = 0;
    if (payload_bytes < 126) {
        header.push(mask_bit | payload_bytes);
    } else if (payload_bytes <= 0xFFFF) {
        header.push(mask_bit | 126U);
        length_bytes = 2;
    } else {
        header.push(mask_bit | 127U);
        length_bytes = 8;
    }
    while (length_bytes > 0) {
        --length_bytes;
        header.push(payload_bytes >> (8 * length_bytes));
    }
    return header;
}

}  // namespace

encoded_header encode_header(opcode kind, std::uint64_t payload_bytes, fin fin_bit) noexcept {
    return encode_start(kind, payload_bytes, fin_bit, 0);
}

encoded_header encode_masked_header(
    opcode kind,
    std::uint64_t payload_bytes,
    masking_key key,
    fin fin_bit
) noexcept {
    encoded_header header = encode_start(kind, payload_bytes, fin_bit, mask_flag);
    for (const std::uint8_t byte : key) {
        header.push(byte);
    }
    return header;
}

void append_frame(std::string& out, opcode kind, std::string_view payload, fin fin_bit) {
    out += encode_header(kind, payload.size(), fin_bit).view();
    out += payload;
}

void append_masked_frame(
    std::string& out,
    opcode kind,
    std::string_view payload,
    masking_key key,
    fin fin_bit
) {
    out += encode_masked_header(kind, payload.size(), key, fin_bit).view();
    const std::size_t begin = out.size();
    out += payload;
    apply_mask(std::span(out).subspan(begin), key, 0);
}

}  // namespace clarion::websocket
