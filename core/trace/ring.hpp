#pragma once

#include "core/trace/thread_state.hpp"

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

namespace clarion::trace {

/// What happened. `subject` is the coroutine; what the other fields hold stands beside each.
enum class event : std::uint8_t {
    made,        ///< other: its maker; place: its function; key: its tag
    begun,       ///< other: who awaits it, 0: spawned; place: that one's co_await
    called,      ///< made and begun at once by the same one; other: that one; place: its function;
                 ///< text: that one's co_await, see `place_in_text`
    suspended,   ///< place: the co_await; text: the operation
    resumed,     ///< after `suspended`
    ended,       ///< returned or threw; place: its function
    passed,      ///< called and ended without waiting; key: nanoseconds; else as `called`
    failed,      ///< threw; text: the type; key: an error_code's value
    cancelled,   ///< threw operation_aborted
    abandoned,   ///< destroyed before it ended; place: the co_await; text: the operation
    named,       ///< text: its new name
    tagged,      ///< key: its new tag
    marked,      ///< text: what; key: of what; other: a second number; place: where
    released,    ///< what was done so far is published through `key`; text: by what
    acquired,    ///< what others published through `key` is seen from now on
    posted,      ///< key: of the function that was queued
    turn_began,  ///< a queued function runs; key: of which `posted`
    turn_ended,
};
inline constexpr std::size_t events_count = static_cast<std::size_t>(event::turn_ended) + 1;

/// One line of what happened. Text and places are static: they live as long as the program.
struct record {
    std::uint64_t at_ns = 0;
    event what{};
    std::uint64_t subject = 0;
    std::uint64_t other = 0;
    std::source_location place{};
    const char* text = nullptr;
    std::uint64_t key = 0;
};

/// `called` has two places: the second stands where others have their text.
inline const char* place_in_text(const std::source_location& at) noexcept {
    static_assert(sizeof at == sizeof(const char*));
    return std::bit_cast<const char*>(at);
}

/// A thread's last records. One thread writes; any may read meanwhile and sees whole records only.
class ring {
public:
    static constexpr std::size_t words_per_record = 6;

    /// `records_count`: a power of two.
    ring(std::size_t records_count, std::uint32_t of_thread);

    /// The writer's thread only. Returns its position.
    std::uint64_t push(const record& happened) noexcept {
        const std::uint64_t position = written_.load(std::memory_order_relaxed);
        std::atomic<std::uint64_t>* const to = place_of(position);
        // A reader that finds any of the new words finds the claim too, and drops the record.
        claimed_.store(position + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        write(to, happened);
        written_.store(position + 1, std::memory_order_release);
        return position;
    }

    /// Whether nothing was written since the record at `position`, so that it may be changed.
    bool is_last(std::uint64_t position) const noexcept {
        return written_.load(std::memory_order_relaxed) == position + 1;
    }
    /// Changes the last record. The writer's thread only.
    void change_last(const record& happened) noexcept {
        const std::uint64_t changes = changes_.load(std::memory_order_relaxed);
        changes_.store(changes + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
        write(place_of(written_.load(std::memory_order_relaxed) - 1), happened);
        changes_.store(changes + 2, std::memory_order_release);
    }
    record last() const noexcept {
        return read(place_of(written_.load(std::memory_order_relaxed) - 1));
    }

    struct content {
        std::uint32_t thread = 0;
        const char* thread_name = nullptr;
        /// Oldest first.
        std::vector<record> records;
        /// So many older ones were overwritten.
        std::uint64_t lost = 0;
    };
    /// Any thread.
    content read_all() const;
    /// What is written is not shown any more. Any thread.
    void forget() noexcept { from_.store(written_.load(std::memory_order_relaxed)); }

    void call_thread(const char* name) noexcept { thread_name_.store(name); }

private:
    static constexpr unsigned event_bits = 8;

    std::atomic<std::uint64_t>* place_of(std::uint64_t position) const noexcept {
        return &words_[(position & mask_) * words_per_record];
    }
    static void write(std::atomic<std::uint64_t>* to, const record& happened) noexcept {
        constexpr auto relaxed = std::memory_order_relaxed;
        const auto what = static_cast<std::uint64_t>(happened.what);
        to[0].store(happened.at_ns << event_bits | what, relaxed);
        to[1].store(happened.subject, relaxed);
        to[2].store(happened.other, relaxed);
        to[3].store(std::bit_cast<std::uint64_t>(happened.place), relaxed);
        to[4].store(std::bit_cast<std::uint64_t>(happened.text), relaxed);
        to[5].store(happened.key, relaxed);
    }
    static record read(const std::atomic<std::uint64_t>* from) noexcept;

    const std::uint64_t mask_;
    const std::uint32_t thread_;
    std::atomic<const char*> thread_name_{nullptr};
    std::atomic<std::uint64_t> claimed_{0};
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> changes_{0};  // odd while the last record is being changed
    std::atomic<std::uint64_t> from_{0};
    const std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
};

namespace detail {
ring& make_ring();
}

/// The calling thread's.
inline ring& records_here() {
    ring* const made = this_thread.records;
    return made != nullptr ? *made : detail::make_ring();
}

/// How many bytes of records each thread keeps that has none yet; rounded up to a power of two of
/// records. 4 MiB at first.
void set_ring_bytes(std::size_t bytes);

/// The rings of all threads, those of ended ones among them. Any thread.
std::vector<ring::content> read_rings();
void forget_records();

}  // namespace clarion::trace
