#include "core/trace/live_frame.hpp"

#include "core/trace/thread_state.hpp"

#include <mutex>
#include <vector>

namespace clarion::trace {

constinit thread_local thread_state this_thread;

namespace detail {

namespace {

constexpr std::size_t frames_per_slab = 128;
constexpr std::uint64_t ids_per_block = 4096;

struct slab {
    live_frame frames[frames_per_slab];
    slab* before = nullptr;
};

// Slabs are linked in and never out, so that a reader needs no lock.
constinit std::atomic<slab*> newest_slab{nullptr};
constinit std::atomic<std::uint64_t> next_block{1};

// What ended threads had in stock.
constinit std::mutex returned_mutex;
constinit live_frame* returned = nullptr;

live_frame* take_returned() {
    const std::scoped_lock lock(returned_mutex);
    live_frame* const all = returned;
    returned = nullptr;
    return all;
}

// Hands the thread's stock on when the thread ends.
struct stock_keeper {
    stock_keeper() = default;
    stock_keeper(const stock_keeper&) = delete;
    stock_keeper& operator=(const stock_keeper&) = delete;
    ~stock_keeper() {
        live_frame* last = this_thread.free_frames;
        if (last == nullptr)
            return;
        while (last->outer != nullptr)
            last = last->outer;
        const std::scoped_lock lock(returned_mutex);
        last->outer = returned;
        returned = this_thread.free_frames;
        this_thread.free_frames = nullptr;
    }
    void be_there() const {}
};

}  // namespace

void hand_stock_on() {
    thread_local const stock_keeper keeper;
    keeper.be_there();
    this_thread.hands_stock_on = true;
}

void stock_frames() {
    hand_stock_on();
    this_thread.free_frames = take_returned();
    if (this_thread.free_frames != nullptr)
        return;
    auto* const fresh = new slab;
    for (live_frame& frame : fresh->frames) {
        frame.outer = this_thread.free_frames;
        this_thread.free_frames = &frame;
    }
    fresh->before = newest_slab.load(std::memory_order_relaxed);
    while (!newest_slab.compare_exchange_weak(fresh->before, fresh, std::memory_order_release)) {
    }
}

void stock_ids() {
    number_of_this_thread();
    this_thread.next_id = next_block.fetch_add(ids_per_block, std::memory_order_relaxed);
    this_thread.end_id = this_thread.next_id + ids_per_block;
}

void each_frame(void (*look)(const live_frame&, void*), void* context) {
    for (const slab* one = newest_slab.load(std::memory_order_acquire); one; one = one->before)
        for (const live_frame& frame : one->frames)
            look(frame, context);
}

void restart_ids() {
    next_block.store(1, std::memory_order_relaxed);
    this_thread.next_id = 0;
    this_thread.end_id = 0;
}

}  // namespace detail

}  // namespace clarion::trace
