#pragma once

#include "core/sim/explore.hpp"
#include "core/trace/thread_state.hpp"
#include "tools/clarion-trace/scenarios/person.hpp"
#include "tools/clarion-trace/scenarios/server.hpp"

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
    server at;
    std::vector<std::unique_ptr<person>> people;
    /// What else has to live as long.
    std::vector<std::shared_ptr<void>> props;
};

struct expectations {
    /// Runs may lie open in the log at the end: the server was shut down with some in its queue, or
    /// could not write.
    troubled_log::open_runs left_open = troubled_log::open_runs::must_not_be;
    /// Codes the ledger may have.
    std::vector<failure::code> failures{};
};

/// Plays it to its end, shuts the server down, and asks for every invariant of ARCHITECTURE §2.
sim::played play_out(std::unique_ptr<stage> on, const expectations& may);

}  // namespace clarion::scenarios
