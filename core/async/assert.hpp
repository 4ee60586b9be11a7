#pragma once

namespace clarion {

/// Prints the broken expectation with its place to stderr and aborts. Never returns.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace clarion

/// A programmer's error, checked in every build. Never for what a peer, a disk or a clock can do.
#define CLARION_ASSERT(expression) \
    ((expression) ? void() : ::clarion::assertion_failed(#expression, __FILE__, __LINE__))
