#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion {

/// The one source of randomness of a shard (splitmix64): seeded by the kernel in a server, by the
/// test in a test. For ids and jitter, never for secrets.
class random_source {
public:
    explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    /// Uniform enough in [0, bound); 0 when bound is 0.
    std::uint64_t below(std::uint64_t bound) noexcept { return bound == 0 ? 0 : next() % bound; }

    /// `prefix` followed by 16 characters of [0-9a-v] (80 bits).
    std::string id(std::string_view prefix);

private:
    std::uint64_t state_;
};

/// A seed drawn from the kernel.
std::uint64_t system_seed();

}  // namespace clarion
