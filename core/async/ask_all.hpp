#pragma once

#include "core/async/first_of.hpp"
#include "core/async/wakeup.hpp"

#include <boost/asio/post.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace clarion {

/// Runs `question(index)` once on each of `shards` and comes back with the answers, in their order;
/// nothing for a shard that did not answer before the deadline. A question that is still under way
/// then goes on by itself: what it refers to lives as long as its shard.
template <class Answer>
task<std::vector<std::optional<Answer>>> ask_all(
    std::vector<executor> shards,
    std::function<Answer(std::size_t)> question,
    time_point deadline
) {
    struct gathered {
        std::vector<std::optional<Answer>> answers;
        std::size_t missing = 0;
        bool over = false;  // the asker has left; later answers are nobody's
        wakeup arrived;
    };
    const executor mine = co_await asio::this_coro::executor;
    const auto all = std::make_shared<gathered>();
    all->answers.resize(shards.size());
    all->missing = shards.size();
    for (std::size_t index = 0; index < shards.size(); ++index)
        asio::post(shards[index], [all, question, index, mine] {
            auto back = [all, index, answer = question(index)]() mutable {
                if (all->over)
                    return;
                all->answers[index] = std::move(answer);
                --all->missing;
                all->arrived.notify();
            };
            asio::post(mine, std::move(back));
        });
    while (all->missing > 0 && mine.owner().now() < deadline)
        co_await before<void>(deadline, all->arrived.wait());
    all->over = true;
    co_return std::move(all->answers);
}

}  // namespace clarion
