#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string_view>

namespace clarion::trace {

enum class frame_state : std::uint8_t {
    made,              ///< nobody has awaited or spawned it yet
    running,           ///< it, or what it called without waiting, has the thread
    awaits_coroutine,  ///< another coroutine
    awaits_operation,  ///< something that is no coroutine: it is parked
    ended,             ///< its frame is about to go
};
constexpr std::string_view names_of(frame_state) {
    return "made|running|awaits_coroutine|awaits_operation|ended";
}

/// A value that one thread writes and others may look at meanwhile.
template <class T>
class seen {
public:
    T get() const noexcept { return value_.load(std::memory_order_relaxed); }
    void set(T to) noexcept { value_.store(to, std::memory_order_relaxed); }

private:
    std::atomic<T> value_{};
};

/// The tracer's note of one live coroutine. Written by the thread whose turn it is; read by anybody
/// at any time, because the memory is never given back and `id` and `version` say whether what was
/// read belongs together.
struct live_frame {
    /// Of the process, from 1, never given twice; 0 in a note that is free.
    std::atomic<std::uint64_t> id{0};
    /// Odd while it is being written.
    std::atomic<std::uint32_t> version{0};
    seen<std::uint32_t> thread;
    /// Who made it, and whether that one is still the same.
    seen<live_frame*> parent;
    seen<std::uint64_t> parent_id;
    /// Who awaits it; null for one that was spawned. Outlives it.
    seen<live_frame*> caller;
    /// A name given to it; null: its function's.
    seen<const char*> name;
    seen<std::source_location> made_in;
    /// The `co_await` it is suspended at, or came to last.
    seen<std::source_location> awaits_at;
    /// The type of what it is parked on, as the compiler writes it; null while it awaits a
    /// coroutine.
    seen<const char*> operation;
    seen<std::uint64_t> made_ns;
    /// When it was suspended, or its turn began.
    seen<std::uint64_t> since_ns;
    /// Key of the label that it has or inherited; 0 without.
    seen<std::uint64_t> tag;
    seen<std::uint32_t> turns;
    seen<frame_state> state;
    bool has_own_tag = false;

    /// Whose turn it was when this one's began; of a free one, the next in stock.
    live_frame* outer = nullptr;
    /// Where its `made` record lies in the ring of the thread that made it.
    std::uint64_t made_record = 0;
};

namespace detail {

/// Takes a slab of notes into the calling thread's stock, and a block of ids.
void stock_frames();
void stock_ids();
/// What the thread has in stock goes to others when it ends.
void hand_stock_on();

/// Calls `look(frame, context)` for every note there is, free ones included.
void each_frame(void (*look)(const live_frame&, void*), void* context);

/// From now on ids begin at 1 again. For simulations that compare runs: while no coroutine lives
/// and one thread traces.
void restart_ids();

}  // namespace detail

}  // namespace clarion::trace
