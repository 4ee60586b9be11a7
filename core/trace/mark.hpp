#pragma once

#include "core/trace/labels.hpp"
#include "core/trace/level.hpp"

#include <cstdint>
#include <source_location>
#include <string_view>

// What a program can tell the tracer beyond what the coroutines tell by themselves. All of it costs
// one load while nothing is recorded, but for names and tags, which the live tree shows too.
namespace clarion::trace {

/// The running coroutine is called so from now on, instead of by its function. A static string.
void name_coroutine(const char* name) noexcept;

/// The running coroutine, and whatever it makes from now on, works for this: {"run", "r_42"}.
/// `kind` is a static string.
void tag_coroutine(const char* kind, std::string_view text);

namespace detail {
struct marking {
    const char* what;
    std::uint64_t key;
    std::uint64_t other;
};
void note_mark(const marking& made, const std::source_location& at);
void note_release(const void* through, const char* by, const std::source_location& at);
void note_acquire(const void* through, const char* by, const std::source_location& at);
std::uint64_t note_post();
void note_turn_began(std::uint64_t posted);
void note_turn_ended(std::uint64_t posted);
}  // namespace detail

/// Says that `what` happened to what `key` stands for; the lints know some (docs/tracing.md). A
/// static string. `other`: a second number, where `what` has one.
inline void mark(
    const char* what,
    std::uint64_t key,
    std::uint64_t other = 0,
    const std::source_location& at = std::source_location::current()
) {
    if (is_recording()) [[unlikely]]
        detail::note_mark({what, key, other}, at);
}

/// The same, of something that has an id.
inline void mark(
    const char* what,
    std::string_view id,
    std::uint64_t other = 0,
    const std::source_location& at = std::source_location::current()
) {
    if (is_recording()) [[unlikely]]
        detail::note_mark({what, key_of(id), other}, at);
}

/// What the running coroutine, or function, did so far happened before whatever follows the next
/// `acquire` of the same object. `by` is a static string: "mailbox".
inline void release(
    const void* through,
    const char* by,
    const std::source_location& at = std::source_location::current()
) {
    if (is_recording()) [[unlikely]]
        detail::note_release(through, by, at);
}

inline void acquire(
    const void* through,
    const char* by,
    const std::source_location& at = std::source_location::current()
) {
    if (is_recording()) [[unlikely]]
        detail::note_acquire(through, by, at);
}

/// For schedulers: a function is queued here and now. The number tells the turn in which it runs
/// who queued it; 0 while nothing is recorded.
inline std::uint64_t posted() {
    if (!is_recording()) [[likely]]
        return 0;
    return detail::note_post();
}

/// The number of what no coroutine and no function queued: a timer that has expired.
inline constexpr std::uint64_t queued_by_nobody = ~std::uint64_t{0};

/// A queued function runs, for as long as this lives.
class turn {
public:
    explicit turn(std::uint64_t posted) : posted_(is_recording() ? posted : 0) {
        if (posted_ != 0) [[unlikely]]
            detail::note_turn_began(posted_);
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        if (posted_ != 0) [[unlikely]]
            detail::note_turn_ended(posted_);
    }

private:
    std::uint64_t posted_;
};

}  // namespace clarion::trace
