#include "core/async/assert.hpp"

#include "core/async/last_words.hpp"

#include <cstdio>
#include <cstdlib>

namespace clarion {

namespace {
thread_local std::string (*told_too)() = nullptr;
}  // namespace

void tell_in_assertions(std::string (*more)()) {
    told_too = more;
}

void assertion_failed(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "clarion: assertion failed: %s (%s:%d)\n", expression, file, line);
    if (told_too != nullptr)
        std::fprintf(stderr, "clarion: %s\n", told_too().c_str());
    std::abort();
}

}  // namespace clarion
