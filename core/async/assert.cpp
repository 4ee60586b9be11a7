#include "core/async/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace clarion {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "clarion: assertion failed: %s (%s:%d)\n", expression, file, line);
    std::abort();
}

}  // namespace clarion
