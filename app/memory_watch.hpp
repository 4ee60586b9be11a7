#pragma once

#include "app/readiness.hpp"
#include "core/async/executor.hpp"
#include "core/failure/ledger.hpp"
#include "core/session/memory_budget.hpp"

#include <cstdint>
#include <functional>

namespace clarion::app {

/// What the process may use and how much it does, and how what it has freed goes back.
struct memory_source {
    std::int64_t bytes_max = 0;  ///< 0: no bound, and nothing is measured
    std::function<std::int64_t()> resident_bytes;
    /// Gives back to the system what the allocator keeps.
    std::function<void()> give_back;
};

/// This process, by what the kernel says and with glibc's malloc_trim. For `memory_bytes_max` see
/// `memory_bound`.
memory_source memory_of_process(std::int64_t memory_bytes_max);

/// Compares the process's resident size with its bound, four times a second. At the bound the
/// budget is spent, which is a failure (`memory_spent`) and no readiness, until the size is a
/// twentieth below it: a process at its bound must not change its mind with every message. One
/// shard only.
class memory_watch final : public timer_entry {
public:
    static constexpr duration interval = std::chrono::milliseconds(250);
    /// Giving back walks the whole heap and stops its users meanwhile: while the budget is spent,
    /// this often.
    static constexpr duration give_back_interval = std::chrono::seconds(5);

    /// Looks at once, and from then on. `failures` and `ready` outlive it.
    memory_watch(executor on, failure::ledger& failures, readiness& ready, memory_source of);
    ~memory_watch() override;

    const session::memory_budget& budget() const noexcept { return budget_; }
    std::int64_t bytes_max() const noexcept { return source_.bytes_max; }

    void expired() override { look(); }

private:
    void look();
    void spend(std::int64_t resident);
    bool has_recovered();

    executor on_;
    failure::ledger& failures_;
    readiness& ready_;
    memory_source source_;
    session::memory_budget budget_;
    time_point gave_back_at_;
};

}  // namespace clarion::app
