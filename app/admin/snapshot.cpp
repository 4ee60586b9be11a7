#include "app/admin/snapshot.hpp"

#include "core/engine/work_list.hpp"

namespace clarion::app {

task<server_snapshot> take_snapshot(const observed& server) {
    std::function<shard_snapshot(std::size_t)> question = [&server](std::size_t index) {
        const executor& on = server.shards[index];
        return shard_snapshot{
            metrics::counters_of(on),
            server.homes[index]->count_runs(),
            on.owner().own<engine::work_list>().stragglers().size(),
        };
    };
    co_return co_await ask_shards(server, std::move(question));
}

}  // namespace clarion::app
