#include "app/admin/shard_watch.hpp"

#include "core/conversation/thread_log.hpp"

#include <chrono>
#include <string>

namespace clarion::app {

shard_watch::shard_watch(const std::vector<executor>& shards, const failure::logger& log) {
    for (const executor& on : shards) {
        on.owner().own<conversation::slow_commit_watch>().tell =
            [log](const protocol::thread_key& key, duration took) {
                const auto ms = std::chrono::duration_cast<milliseconds>(took).count();
                log.with_user(key.user_id)
                    .with_thread(key.thread_id)
                    .warning("a commit took " + std::to_string(ms) + " ms");
            };
        probes_.push_back(std::make_unique<metrics::loop_probe>(on));
        probes_.back()->start();
    }
}

}  // namespace clarion::app
