#include "core/async/random_source.hpp"

#include <random>

namespace clarion {

std::string random_source::id(std::string_view prefix) {
    static constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    std::string text(prefix);
    for (int word = 0; word < 2; ++word) {
        std::uint64_t bits = next();
        for (int digit = 0; digit < 8; ++digit) {
            text += digits[bits & 31U];
            bits >>= 5U;
        }
    }
    return text;
}

std::uint64_t system_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

}  // namespace clarion
