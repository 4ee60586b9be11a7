#pragma once

#include "core/async/executor.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/require.hpp>

#include <concepts>
#include <memory>
#include <utility>

namespace clarion::storage {

template <class Function>
concept bound_to_a_shard = std::same_as<boost::asio::associated_executor_t<Function>, executor>;

/// Where one operation's answer goes: what its asker wants run, and on which executor. May be moved
/// to and dropped on any thread; what it holds only ever runs on its own shard.
///
/// The executor is kept beside the erased function: `any_completion_executor` cannot promise to
/// defer, and a shard would run the answer within the question.
template <class Result>
class completion {
    using function = boost::asio::any_completion_handler<void(Result)>;

public:
    /// From anything that an executor of ours is associated with, such as the rest of a task.
    template <bound_to_a_shard Function>
    completion(Function answered)  // NOLINT(google-explicit-constructor): as Asio's own operations
        : on_(boost::asio::get_associated_executor(answered)), answered_(std::move(answered)) {}

    /// Where it runs. Two answers for the same one may go there together.
    const executor& on() const noexcept { return on_; }

    /// Answers in a later turn of the executor, never before this call has returned.
    void post(Result result) {
        auto held = std::make_unique<answer_held>(std::move(answered_), std::move(result));
        boost::asio::require(on_, boost::asio::execution::blocking.never)
            .execute([held = std::move(held)] {
                std::move(held->answered)(std::move(held->result));
            });
    }

    /// Answers here and now. For whoever is in a turn of the executor already.
    void answer(Result result) { std::move(answered_)(std::move(result)); }

private:
    struct answer_held {
        answer_held(function&& to, Result&& what)
            : answered(std::move(to)), result(std::move(what)) {}
        function answered;
        Result result;
    };

    executor on_;
    function answered_;
};

}  // namespace clarion::storage
