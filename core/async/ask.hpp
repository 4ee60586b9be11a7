#pragma once

#include "core/async/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace clarion {

/// Runs `work` on another shard and comes back with its value; on the own shard it is a plain
/// co_await. Across shards it is deaf to cancellation, because a signal must not cross threads: the
/// work has to be bounded by itself. `work` may refer to what its caller keeps alive meanwhile.
template <class T>
task<T> ask(executor where, task<T> work) {
    const executor mine = co_await asio::this_coro::executor;
    if (&mine.owner() == &where.owner())
        co_return co_await std::move(work);
    auto token = asio::bind_cancellation_slot(asio::cancellation_slot(), use_task);
    co_return co_await asio::co_spawn(where, std::move(work), token);
}

}  // namespace clarion
