#pragma once

#include <atomic>

namespace clarion::session {

/// Whether the process has used up the memory that it may (`memory_bytes_max` of PROTOCOL §10). Set
/// by who measures; asked on every shard before new work is taken in: upgrades and messages. What
/// is there already goes on. Thread-safe.
class memory_budget {
public:
    bool is_spent() const noexcept { return spent_.load(std::memory_order_relaxed); }

    void spend() noexcept { spent_.store(true, std::memory_order_relaxed); }
    void recover() noexcept { spent_.store(false, std::memory_order_relaxed); }

private:
    std::atomic<bool> spent_ = false;
};

}  // namespace clarion::session
