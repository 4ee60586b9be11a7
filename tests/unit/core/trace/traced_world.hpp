#pragma once

#include "core/async/task_group.hpp"
#include "core/sim/world.hpp"
#include "core/trace/live_tree.hpp"
#include "core/trace/recording.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace clarion::support {

/// A world whose coroutines are recorded from its beginning on. What a test leaves behind there is
/// cancelled and run to its end.
class traced_world {
public:
    explicit traced_world(trace::level how = trace::level::events);
    traced_world(const traced_world&) = delete;
    traced_world& operator=(const traced_world&) = delete;
    ~traced_world();

    executor on() { return world_.get_executor(); }
    sim::world& world() { return world_; }
    task_group::child spawn(task<> work) { return group_.spawn(std::move(work)); }
    /// Until nothing is left to be run, at most so long.
    void run_for(duration time) { world_.run_for(time); }

private:
    trace::level before_;
    sim::world world_;
    task_group group_{world_.get_executor()};
};

/// The one live coroutine whose name ends so; the test fails when there is not one.
const trace::tree_frame& named(const trace::live_tree& tree, std::string_view name);
/// What it awaits, and that one, and so on to the one that is parked.
const trace::tree_frame& leaf_of(const trace::live_tree& tree, const trace::tree_frame& root);

/// The entries of coroutines whose function ends so.
std::vector<trace::entry> entries_of(const trace::recording& in, std::string_view function);
std::size_t count(const trace::recording& in, trace::event what);

}  // namespace clarion::support
