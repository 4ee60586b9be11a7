#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace clarion::failure {

/// From many threads to one. Putting never waits: what finds the queue full is dropped and counted.
template <class T>
class drop_queue {
public:
    struct batch {
        std::vector<T> items;
        /// Put after the last item, while there was no room.
        std::uint64_t dropped = 0;
        /// Closed, and nothing comes after this batch.
        bool last = false;
    };

    explicit drop_queue(std::size_t items_max) : items_max_(items_max) {}

    void put(T item) {
        {
            const std::scoped_lock lock(mutex_);
            if (closed_)
                return;
            if (items_.size() == items_max_) {
                ++dropped_;
                dropped_ever_.fetch_add(1, std::memory_order_relaxed);
                return;
            }
            items_.push_back(std::move(item));
        }
        filled_.notify_one();
    }

    /// Everything that has gathered. Waits for it as long as the queue is open and empty, but not
    /// longer than `at_most`.
    batch take(std::optional<std::chrono::milliseconds> at_most) {
        std::unique_lock lock(mutex_);
        const auto ready = [this] {
            return closed_ || !items_.empty();
        };
        if (at_most)
            filled_.wait_for(lock, *at_most, ready);
        else
            filled_.wait(lock, ready);
        return {std::exchange(items_, {}), std::exchange(dropped_, 0), closed_};
    }

    /// Since the beginning, whether a batch has told of it or not.
    std::uint64_t dropped_ever() const noexcept {
        return dropped_ever_.load(std::memory_order_relaxed);
    }

    /// What is put from now on is ignored.
    void close() {
        {
            const std::scoped_lock lock(mutex_);
            closed_ = true;
        }
        filled_.notify_one();
    }

private:
    const std::size_t items_max_;
    std::mutex mutex_;
    std::condition_variable filled_;
    std::vector<T> items_;
    std::uint64_t dropped_ = 0;  // since the last batch
    std::atomic<std::uint64_t> dropped_ever_ = 0;
    bool closed_ = false;
};

}  // namespace clarion::failure
