#include "core/engine/approval_index.hpp"

#include "core/engine/run_approvals.hpp"

#include <iterator>
#include <utility>

namespace clarion::engine {

namespace server = protocol::server;
using protocol::approval_decision;

server::approve_result late_answer(const approval_settlement& how) {
    const bool expired = how.decision == approval_decision::expired;
    server::approve_result answer;
    answer.verdict =
        expired ? server::approve_verdict::expired : server::approve_verdict::already_resolved;
    answer.by = how.by;
    return answer;
}

approval_index::entry_verdict approval_index::enter(
    const std::string& user_id,
    const std::string& approval_id,
    std::weak_ptr<run_approvals> waiting
) {
    user_entries& user = users_[user_id];
    if (user.open.size() >= approvals_open_per_user_max)
        return entry_verdict::full;
    user.open.emplace(approval_id, std::move(waiting));
    return entry_verdict::entered;
}

void approval_index::settle(
    const std::string& user_id,
    const std::string& approval_id,
    approval_settlement how
) {
    user_entries& user = users_[user_id];
    user.open.erase(approval_id);
    memory_.push_back({user_id, approval_id, std::move(how)});
    const auto place = std::prev(memory_.end());
    user.settled[approval_id] = place;
    user.by_age.push_back(place);
    if (user.by_age.size() > approvals_remembered_per_user_max)
        forget_oldest_of(user_id);
    // The oldest of all is the oldest of its user, too.
    if (memory_.size() > approvals_remembered_per_shard_max)
        forget_oldest_of(std::string(memory_.front().user_id));
}

void approval_index::forget(const std::string& user_id, const std::string& approval_id) {
    const auto user = users_.find(user_id);
    if (user == users_.end())
        return;
    user->second.open.erase(approval_id);
    drop_if_empty(user_id);
}

void approval_index::forget_oldest_of(const std::string& user_id) {
    user_entries& user = users_.at(user_id);
    const auto oldest = user.by_age.front();
    user.by_age.pop_front();
    user.settled.erase(oldest->approval_id);
    memory_.erase(oldest);
    drop_if_empty(user_id);
}

void approval_index::drop_if_empty(const std::string& user_id) {
    const auto user = users_.find(user_id);
    if (user->second.open.empty() && user->second.settled.empty())
        users_.erase(user);
}

void approval_index::resolve(
    const std::string& user_id,
    const protocol::client::approve& asked,
    const approve_reply& reply
) {
    const auto user = users_.find(user_id);
    if (user == users_.end())
        return reply(server::approve_result());
    const auto settled = user->second.settled.find(asked.approval_id);
    if (settled != user->second.settled.end())
        return reply(late_answer(settled->second->how));
    const auto open = user->second.open.find(asked.approval_id);
    const auto run = open == user->second.open.end() ? nullptr : open->second.lock();
    if (!run)
        return reply(server::approve_result());
    run->resolve(asked, user_id, reply);
}

bool approval_index::knows(const std::string& user_id, const std::string& approval_id) const {
    const auto user = users_.find(user_id);
    return user != users_.end() &&
           (user->second.open.contains(approval_id) || user->second.settled.contains(approval_id));
}

std::size_t approval_index::open_count(const std::string& user_id) const {
    const auto user = users_.find(user_id);
    return user == users_.end() ? 0 : user->second.open.size();
}

}  // namespace clarion::engine
