#pragma once

#include "core/sim/explore.hpp"
#include "core/trace/live_tree.hpp"
#include "core/trace/thread_state.hpp"
#include "tools/clarion-trace/scenarios/person.hpp"
#include "tools/clarion-trace/scenarios/server.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace clarion::scenarios {

/// A server and the people at it, in one world.
struct stage {
    explicit stage(sim::world& in, server_options with) : at(in, std::move(with)) {}

    person& add(std::string name, manners how) {
        return *people.emplace_back(std::make_unique<person>(at, std::move(name), std::move(how)));
    }

    /// Coroutines from here on are this stage's; those of earlier runs that hang are still there.
    std::uint64_t first_coroutine = trace::this_thread.next_id;
    std::size_t coroutines_before = trace::count_live_frames();
    server at;
    std::vector<std::unique_ptr<person>> people;
    /// What else has to live as long.
    std::vector<std::shared_ptr<void>> props;
};

struct expectations {
    /// A server that is shut down leaves what it has not begun to the next one.
    troubled_log::open_runs left_open = troubled_log::open_runs::none;
    /// Codes the ledger may have.
    std::vector<failure::code> failures{};
};

/// Plays it to its end, shuts the server down, and asks for every invariant of ARCHITECTURE §2.
sim::played play_out(std::unique_ptr<stage> on, const expectations& may);

}  // namespace clarion::scenarios
