#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace clarion::websocket {

using masking_key = std::array<std::uint8_t, 4>;

/// XORs `data` with the repeating key (RFC 6455 section 5.3), in place; masking and unmasking are
/// the same. `payload_offset` is where data[0] lies in its frame's payload, so that a payload can
/// be treated in the pieces in which it arrives.
void apply_mask(std::span<char> data, masking_key key, std::size_t payload_offset) noexcept;

}  // namespace clarion::websocket
