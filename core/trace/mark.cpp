#include "core/trace/mark.hpp"

#include "core/trace/clock.hpp"
#include "core/trace/live_frame.hpp"
#include "core/trace/ring.hpp"

namespace clarion::trace {

namespace {

constinit std::atomic<std::uint64_t> posts{0};

std::uint64_t current_id() noexcept {
    const live_frame* const frame = this_thread.current;
    return frame != nullptr ? frame->id.load(std::memory_order_relaxed) : 0;
}

std::uint64_t number_of(const void* address) noexcept {
    return reinterpret_cast<std::uintptr_t>(address);
}

}  // namespace

void name_coroutine(const char* name) noexcept {
    live_frame* const frame = this_thread.current;
    if (frame == nullptr)
        return;
    frame->name.set(name);
    if (is_recording())
        records_here().push({now_ns(), event::named, current_id(), 0, {}, name, 0});
}

void tag_coroutine(const char* kind, std::string_view text) {
    live_frame* const frame = this_thread.current;
    if (frame == nullptr)
        return;
    const std::uint64_t key = key_of(text);
    detail::add_label(key, kind, text);
    if (frame->has_own_tag)
        detail::drop_label(frame->tag.get());
    frame->has_own_tag = true;
    frame->tag.set(key);
    if (is_recording())
        records_here().push({now_ns(), event::tagged, current_id(), 0, {}, nullptr, key});
}

void detail::note_mark(const marking& made, const std::source_location& at) {
    records_here().push({now_ns(), event::marked, current_id(), made.other, at, made.what, made.key}
    );
}

void detail::note_release(const void* through, const char* by, const std::source_location& at) {
    records_here().push({now_ns(), event::released, current_id(), 0, at, by, number_of(through)});
}

void detail::note_acquire(const void* through, const char* by, const std::source_location& at) {
    records_here().push({now_ns(), event::acquired, current_id(), 0, at, by, number_of(through)});
}

std::uint64_t detail::note_post() {
    const std::uint64_t number = posts.fetch_add(1, std::memory_order_relaxed) + 1;
    records_here().push({now_ns(), event::posted, current_id(), 0, {}, nullptr, number});
    return number;
}

void detail::note_turn_began(std::uint64_t posted) {
    records_here().push({now_ns(), event::turn_began, current_id(), 0, {}, nullptr, posted});
}

void detail::note_turn_ended(std::uint64_t posted) {
    records_here().push({now_ns(), event::turn_ended, current_id(), 0, {}, nullptr, posted});
}

}  // namespace clarion::trace
