#pragma once

#include "core/async/timer_queue.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <source_location>
#include <string_view>
#include <vector>

namespace clarion {

/// A spawned coroutine that has not ended.
struct live_task {
    std::source_location spawned_at;
    time_point since;
};

/// A task group with what it owns; its name is where it was made.
struct live_group {
    std::source_location made_at;
    std::size_t tasks_count = 0;
    /// Oldest first, not more than were asked for.
    std::vector<live_task> tasks;
};

struct live_tree {
    std::size_t groups_count = 0;
    /// Those with children, in the order in which they were made, not more than were asked for.
    std::vector<live_group> groups;
};

/// How much of a tree is wanted.
struct live_bounds {
    std::size_t groups_max = 256;
    std::size_t tasks_per_group_max = 64;
};

/// What can happen to a spawned coroutine. `failed`: ended by an exception, cancellations included.
enum class task_fate : std::uint8_t { spawned, ended, failed };
constexpr std::string_view names_of(task_fate) {
    return "spawned|ended|failed";
}

struct task_trace {
    time_point at;
    std::source_location spawned_at;
    task_fate what{};
};

/// The last that happened to the spawned coroutines of one shard.
class task_ring {
public:
    static constexpr std::size_t entries_max = 256;

    void note(const task_trace& happened) {
        entries_[noted_ % entries_max] = happened;
        ++noted_;
    }

    /// Oldest first.
    std::vector<task_trace> entries() const;
    /// Ever, also what is forgotten.
    std::uint64_t noted() const { return noted_; }

private:
    std::array<task_trace, entries_max> entries_{};
    std::uint64_t noted_ = 0;
};

/// The task groups of one shard and what they own: who is alive, since when, spawned where. Asked
/// on the shard; only a group's own beginning and end may come from another thread, when the shard
/// stands still or the group is empty.
class live_tasks {
public:
    /// What a task group is to the list. In it from the end of its constructor to the beginning of
    /// its destructor, so that nobody describes half of one.
    class group : public boost::intrusive::list_base_hook<> {
    public:
        group(const group&) = delete;
        group& operator=(const group&) = delete;

    protected:
        explicit group(live_tasks& in) : in_(in) {}
        virtual ~group() = default;

        void enlist();
        void leave() noexcept;

        /// At most `tasks_max` tasks.
        virtual live_group describe(std::size_t tasks_max) const = 0;
        virtual bool has_tasks() const = 0;

    private:
        friend class live_tasks;
        live_tasks& in_;
    };

    live_tasks() = default;
    live_tasks(const live_tasks&) = delete;
    live_tasks& operator=(const live_tasks&) = delete;

    live_tree tree(const live_bounds& within) const;
    task_ring& ring() { return ring_; }
    const task_ring& ring() const { return ring_; }

private:
    mutable std::mutex mutex_;  // the list alone
    boost::intrusive::list<group> groups_;
    task_ring ring_;
};

}  // namespace clarion
