#pragma once

#include "core/async/task.hpp"
#include "core/conversation/conversations.hpp"
#include "core/failure/ledger.hpp"
#include "core/registry/registry_census.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace clarion::registry {

/// The shards of a server, in order; all of it outlives the watch and the shards' last turn.
struct watched_server {
    std::vector<executor> shards;
    /// By shard.
    std::vector<const conversation::conversations*> homes;
    /// How many TCP connections are open on a shard, asked there. None: nobody counts them.
    std::function<std::int64_t(const executor&)> sockets{};
};

/// Between two rounds: longer than any session is between two lists.
inline constexpr duration registry_interval = std::chrono::seconds(30);
/// A shard that does not answer within this makes a round worth nothing.
inline constexpr duration registry_answer_max = std::chrono::seconds(2);

/// Compares what the server believes of its sessions with what is there. What differs in two rounds
/// in a row is a failure (`registry_corrupt`), once, with both lists. One shard; a round costs each
/// shard the time to copy its connection ids.
class registry_watch {
public:
    registry_watch(watched_server what, failure::ledger& failures)
        : of_(std::move(what)), failures_(failures) {}

    /// A round every `registry_interval`, until cancelled.
    task<> run();
    /// One round.
    task<> look();

    /// What differs, and did in the round before.
    std::size_t lasting() const { return lasting_.size(); }

private:
    using difference_set = std::set<difference>;

    task<std::vector<shard_census>> take_census();
    void report(const difference_set& lasting, const std::vector<shard_census>& shards) const;

    watched_server of_;
    failure::ledger& failures_;
    difference_set before_;
    difference_set lasting_;
};

}  // namespace clarion::registry
