#pragma once

#include "net/websocket/masking.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::websocket {

/// RFC 6455 section 5.2. The values not listed are reserved.
enum class opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xA,
};

/// The FIN bit: clear when further fragments of the message follow.
enum class fin : std::uint8_t { clear, set };

inline constexpr std::size_t header_bytes_max = 14;  // 2, 8 of length, 4 of masking key
inline constexpr std::size_t control_payload_bytes_max = 125;

[[nodiscard]] constexpr bool is_control(opcode kind) noexcept {
    return (static_cast<std::uint8_t>(kind) & 0x8U) != 0;
}

/// A frame's header as it goes on the wire; a value, so that framing allocates nothing.
class encoded_header {
public:
    [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

    /// Appends the low 8 bits of `value`; the caller never exceeds header_bytes_max.
    void push(std::uint64_t value) noexcept { bytes_[size_++] = static_cast<char>(value & 0xFFU); }

private:
    std::array<char, header_bytes_max> bytes_{};
    std::uint8_t size_ = 0;
};

/// The header of a server's frame: 2, 4 or 10 bytes, the shortest form that holds the length.
/// Precondition: payload_bytes < 2^63; a control frame has fin::set and at most 125 bytes.
[[nodiscard]] encoded_header
encode_header(opcode kind, std::uint64_t payload_bytes, fin fin_bit = fin::set) noexcept;

/// The header of a client's frame: as above with the mask bit and the key, 6, 8 or 14 bytes. The
/// payload has to follow under the same key (`apply_mask`); RFC 6455 section 10.3 wants the key
/// fresh and unpredictable for every frame.
[[nodiscard]] encoded_header encode_masked_header(
    opcode kind,
    std::uint64_t payload_bytes,
    masking_key key,
    fin fin_bit = fin::set
) noexcept;

/// Append a whole frame, a server's and a client's. Preconditions as for the headers.
void append_frame(std::string& out, opcode kind, std::string_view payload, fin fin_bit = fin::set);
void append_masked_frame(
    std::string& out,
    opcode kind,
    std::string_view payload,
    masking_key key,
    fin fin_bit = fin::set
);

}  // namespace clarion::websocket
