// What a user's sessions ask of its threads as a whole, and are told of them.
#include "core/conversation/conversations.hpp"
#include "core/conversation/thread_pages.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace clarion::conversation {

namespace client = protocol::client;
namespace server = protocol::server;

namespace {

server::error bad_before() {
    server::error error;
    error.code = server::error_code::bad_request;
    error.message = "/before is not the next of an earlier answer";
    error.detail = "/before";
    error.retryable = false;
    return error;
}

server::error list_unavailable(const std::string& reason) {
    server::error error;
    error.code = server::error_code::storage_unavailable;
    error.message = "the threads cannot be read now: " + reason;
    error.retryable = true;
    return error;
}

}  // namespace

task<std::optional<server::error>> conversations::threads(session::request<client::threads> asked) {
    using result = std::optional<server::error>;
    const auto refuse = [&asked](const server::error& error) {
        asked.from.send_text(protocol::to_frame(error, asked.id));
        return result(error);
    };
    storage::threads_request wanted;
    wanted.user_id = asked.from.user_id();
    wanted.threads_max =
        static_cast<std::size_t>(asked.body.limit.value_or(client::page_limit_default));
    wanted.bytes_max = server::page_bytes_max;
    if (asked.body.before) {
        wanted.behind = list_position_of(*asked.body.before);
        if (!wanted.behind)
            co_return refuse(bad_before());
    }
    const auto listed = co_await services_.storage.list_threads(std::move(wanted));
    if (const auto* down = std::get_if<storage::unavailable>(&listed))
        co_return refuse(list_unavailable(down->reason));
    const server::threads page = threads_page(std::get<storage::thread_list>(listed));
    asked.from.send_text(protocol::to_frame(page, asked.id));
    co_return result();
}

task<> conversations::history(session::request<client::history> asked) {
    const auto thread = co_await loaded(asked.from, asked.body.thread_id, asked.id);
    if (thread)
        co_await thread->history(std::move(asked));
}

task<std::optional<server::error>> conversations::ack(session::request<client::ack> asked) {
    using result = std::optional<server::error>;
    const auto thread = co_await loaded(asked.from, asked.body.thread_id, asked.id);
    if (!thread)
        co_return result();
    const auto refusal = thread->ack(asked.from, asked.body);
    if (!refusal)
        co_return result();
    asked.from.send_text(protocol::to_frame(*refusal, asked.id));
    co_return result(*refusal);
}

task<> conversations::delete_thread(session::request<client::delete_thread> asked) {
    const auto thread = co_await loaded(asked.from, asked.body.thread_id, asked.id);
    if (!thread)
        co_return;
    const auto verdict = co_await thread->remove(std::move(asked));
    if (verdict == deletion_verdict::refused)
        co_return;
    notices_.forget(thread->key());
    const auto user = users_.find(thread->key().user_id);
    if (user == users_.end())
        co_return;
    for (auto& [connection_id, guest] : user->second.visitors)
        if (!thread->has_subscribed(guest.link))
            guest.subscribed.erase(thread->key().thread_id);
}

task<> conversations::trimmed(std::vector<storage::trimmed_thread> gone) {
    for (const storage::trimmed_thread& each : gone) {
        const auto place = threads_.find(each.key);
        if (place == threads_.end())
            continue;
        if (const auto thread = place->second.lock())
            thread->trimmed(each);
    }
    co_return;
}

// Whoever is subscribed sees the events themselves.
void conversations::thread_changed(conversation& changed) {
    const auto user = users_.find(changed.key().user_id);
    if (user != users_.end() && user->second.visitors.size() > changed.subscribers())
        notices_.note(changed.shared_from_this());
}

void conversations::announce(const conversation& changed) {
    const auto user = users_.find(changed.key().user_id);
    if (user == users_.end())
        return;
    const std::string frame = protocol::to_frame(server::thread_changed{changed.entry()});
    for (const auto& [connection_id, guest] : user->second.visitors)
        if (!changed.has_subscribed(guest.link))
            guest.link.send_text(frame);
}

// Threads that are loaded know best how their runs stand; of the others the log does.
task<std::optional<std::vector<server::active_run>>> conversations::active_runs_of(
    std::string user_id
) {
    using result = std::optional<std::vector<server::active_run>>;
    const auto stored = co_await services_.storage.list_user_runs(user_id);
    if (std::holds_alternative<storage::unavailable>(stored))
        co_return result();
    std::vector<server::active_run> active;
    std::set<std::string> loaded_threads;
    const auto first = threads_.lower_bound({user_id, ""});
    for (auto at = first; at != threads_.end() && at->first.user_id == user_id; ++at) {
        const auto thread = at->second.lock();
        if (!thread || !thread->is_loaded())
            continue;
        loaded_threads.insert(at->first.thread_id);
        std::ranges::move(thread->active_runs(), std::back_inserter(active));
    }
    for (const storage::user_run& run : std::get<std::vector<storage::user_run>>(stored))
        if (!loaded_threads.contains(run.thread_id))
            active.push_back({run.thread_id, run.run_id, run.state});
    co_return result(std::move(active));
}

}  // namespace clarion::conversation
