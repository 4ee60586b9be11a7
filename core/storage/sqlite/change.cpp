#include "core/storage/sqlite/change.hpp"

#include "core/async/executor.hpp"

#include <boost/asio/execution.hpp>
#include <boost/asio/require.hpp>

#include <algorithm>
#include <utility>

namespace clarion::storage::sqlite {

std::vector<answers_by_shard::any_answer>& answers_by_shard::answers_on(const executor& on) {
    auto place = std::ranges::find(groups_, on, &group::on);
    if (place == groups_.end())
        place = groups_.insert(groups_.end(), group{on, {}});
    return place->answers;
}

void answers_by_shard::add(any_change& decided) {
    const auto take = [this]<class Request, class Verdict>(change<Request, Verdict>& one) {
        std::vector<any_answer>& there = answers_on(one.done.on());
        there.push_back(answer<Verdict>{std::move(one.done), std::move(one.verdict)});
    };
    std::visit(take, decided);
}

void answers_by_shard::post() {
    const auto give = [](auto& due) {
        due.to.answer(std::move(due.verdict));
    };
    for (group& one : groups_)
        boost::asio::require(one.on, boost::asio::execution::blocking.never)
            .execute([give, answers = std::move(one.answers)]() mutable {
                for (any_answer& due : answers)
                    std::visit(give, due);
            });
}

}  // namespace clarion::storage::sqlite
