#pragma once

#include <cstdint>

namespace clarion::support {

/// How many of `count` cases a test plays: all of them, and a tenth under a sanitizer, where each
/// takes ten times as long.
constexpr std::uint64_t share_of(std::uint64_t count) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return count / 10;
#else
    return count;
#endif
}

}  // namespace clarion::support
