#include "net/websocket/masking.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace clarion::websocket {

void apply_mask(std::span<char> data, masking_key key, std::size_t payload_offset) noexcept {
    // The key turned to the piece's offset and written out twice: a word of it then fits any
    // position that is a multiple of eight, whatever the machine's byte order.
    std::array<std::uint8_t, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i) {
        turned[i] = key[(payload_offset + i) % key.size()];
    }
    std::uint64_t mask = 0;
    std::memcpy(&mask, turned.data(), sizeof mask);

    std::size_t at = 0;
    for (; data.size() - at >= sizeof mask; at += sizeof mask) {
        std::uint64_t word = 0;
        std::memcpy(&word, data.data() + at, sizeof word);
        word ^= mask;
        std::memcpy(data.data() + at, &word, sizeof word);
    }
    for (; at < data.size(); ++at) {
        const auto byte = static_cast<std::uint8_t>(data[at]);
        data[at] = static_cast<char>(byte ^ turned[at % turned.size()]);
    }
}

}  // namespace clarion::websocket
