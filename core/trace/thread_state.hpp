#pragma once

#include <cstdint>

namespace clarion::trace {

struct live_frame;
class ring;

/// What the tracer keeps for the calling thread. Plain data: it is there before and after every
/// other thread-local object.
struct thread_state {
    /// Whose turn it is; null outside of any traced coroutine.
    live_frame* current = nullptr;
    /// Has just suspended for a coroutine that has not begun yet.
    live_frame* awaiting = nullptr;
    /// When the turn began.
    std::uint64_t turn_at_ns = 0;
    live_frame* free_frames = nullptr;
    bool hands_stock_on = false;
    std::uint64_t next_id = 0;
    std::uint64_t end_id = 0;
    /// Made by the first record.
    ring* records = nullptr;
    /// From 1; 0 until the thread is first seen.
    std::uint32_t number = 0;
    std::uint64_t (*virtual_now)(const void*) noexcept = nullptr;
    const void* virtual_clock = nullptr;
};

extern constinit thread_local thread_state this_thread;

/// The thread's number, given at the first call.
std::uint32_t number_of_this_thread();

/// What the threads of a recording are called; a static string.
void name_this_thread(const char* name);

}  // namespace clarion::trace
