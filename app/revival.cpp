#include "app/revival.hpp"

#include "core/async/ask.hpp"
#include "core/protocol/own_names.hpp"

#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::app {

namespace {

// Whether it succeeds or not: the canary deletes what it finds.
task<> delete_own(storage::event_log& log, protocol::thread_key key) {
    storage::deletion which;
    which.key = std::move(key);
    (void)co_await log.delete_thread(std::move(which));
}

}  // namespace

task<> revive_threads(storage::event_log& log, home_directory& homes, std::string data) {
    const auto found = co_await log.list_open_runs();
    if (const auto* down = std::get_if<storage::unavailable>(&found))
        throw std::runtime_error(data + ": " + down->reason);
    for (const auto& thread : std::get<std::vector<storage::thread_runs>>(found)) {
        if (protocol::is_own_name(thread.key.user_id)) {
            co_await delete_own(log, thread.key);
            continue;
        }
        conversation::conversations& home = homes.conversations_of(thread.key.user_id);
        const auto failure = co_await ask(home.where(), home.revive(thread.key));
        if (failure)
            throw std::runtime_error(
                "thread " + thread.key.thread_id + " cannot be recovered: " + *failure
            );
    }
}

task<> recall_revocations(storage::event_log& log, session::revocations& into, std::string data) {
    const auto found = co_await log.list_revocations();
    if (const auto* down = std::get_if<storage::unavailable>(&found))
        throw std::runtime_error(data + ": " + down->reason);
    for (const auto& one : std::get<std::vector<storage::revocation>>(found))
        into.add(one.user_id, one.revoked_ms);
}

}  // namespace clarion::app
