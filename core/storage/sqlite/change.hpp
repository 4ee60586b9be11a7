#pragma once

#include "core/storage/event_log.hpp"

#include <cstddef>
#include <variant>
#include <vector>

// What goes through the writer's queue, and its way back.
namespace clarion::storage::sqlite {

/// A change of the log from its asker to its verdict.
template <class Request, class Verdict>
struct change {
    Request request;
    completion<Verdict> done;
    std::size_t bytes = 0;
    /// Final once its transaction has ended.
    Verdict verdict = unavailable{};
};

using append_change = change<append_request, append_verdict>;
using revocation_change = change<revocation, revoke_result>;
using deletion_change = change<deletion, delete_verdict>;
using trim_change = change<retention, trim_verdict>;
using any_change = std::variant<append_change, deletion_change, revocation_change>;

/// Gathers verdicts, to bring those of one shard there together: one wakeup for all of a batch.
class answers_by_shard {
public:
    /// Takes the verdict and its completion out.
    void add(any_change& decided);
    void post();

private:
    template <class Verdict>
    struct answer {
        completion<Verdict> to;
        Verdict verdict;
    };
    using any_answer =
        std::variant<answer<append_verdict>, answer<delete_verdict>, answer<revoke_result>>;
    struct group {
        executor on;
        std::vector<any_answer> answers;
    };

    std::vector<any_answer>& answers_on(const executor& on);

    std::vector<group> groups_;
};

}  // namespace clarion::storage::sqlite
