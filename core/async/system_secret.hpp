#pragma once

#include <cstddef>
#include <string>

namespace clarion {

/// At most 256 bytes from the kernel that nobody can foresee: for a secret. A shard's own source of
/// randomness is for ids and jitter; who knows a few of its ids knows the next. Empty when the
/// kernel has none.
std::string system_secret(std::size_t bytes);

}  // namespace clarion
