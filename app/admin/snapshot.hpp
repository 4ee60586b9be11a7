#pragma once

#include "app/admin/observed.hpp"
#include "core/async/ask_all.hpp"
#include "core/metrics/counters.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace clarion::app {

/// What one shard counted, and what is there now.
struct shard_snapshot {
    metrics::counters counted;
    conversation::run_totals runs;
    std::size_t stragglers = 0;
};

/// By shard; nothing for one that did not answer within `answer_time_max`.
using server_snapshot = std::vector<std::optional<shard_snapshot>>;

/// Any shard.
task<server_snapshot> take_snapshot(const observed& server);

/// Asks every shard the same; see `ask_all`.
template <class Answer>
task<std::vector<std::optional<Answer>>>
ask_shards(const observed& server, std::function<Answer(std::size_t)> question) {
    const executor here = co_await asio::this_coro::executor;
    const time_point deadline = here.owner().now() + answer_time_max;
    co_return co_await ask_all<Answer>(server.shards, std::move(question), deadline);
}

}  // namespace clarion::app
