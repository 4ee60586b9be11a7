// A conversation as a whole: its entry in a list, its pages of history, its deletion.
#include "core/async/sleep.hpp"
#include "core/conversation/conversation.hpp"
#include "core/conversation/thread_pages.hpp"

#include <algorithm>
#include <utility>

namespace clarion::conversation {

namespace client = protocol::client;
namespace server = protocol::server;

namespace {

server::error error_of(server::error_code code, std::string message) {
    server::error error;
    error.code = code;
    error.message = std::move(message);
    error.retryable = server::is_retryable(code);
    return error;
}

server::error not_now(const std::string& reason) {
    return error_of(
        server::error_code::storage_unavailable,
        "the thread cannot be deleted now: " + reason
    );
}

server::error no_such_thread() {
    return error_of(server::error_code::not_found, "there is no thread of this id");
}

}  // namespace

server::thread_entry conversation::entry() const {
    server::thread_entry entry;
    entry.thread_id = log_.key().thread_id;
    entry.title = log_.title();
    entry.seq = subscribers_.published();
    entry.updated_ms = log_.updated_ms();
    const std::vector<server::active_run> open = active_runs();
    if (!open.empty())
        entry.active_run = server::run_of_thread{open.front().run_id, open.front().state};
    return entry;
}

std::optional<server::error>
conversation::ack(const session::session_link& from, const client::ack& body) {
    // Of who is not subscribed it may be late: the thread was deleted while it was on its way.
    if (subscribers_.contains(from) && body.seq > subscribers_.published()) {
        server::error beyond =
            error_of(server::error_code::bad_request, "/seq is beyond the thread's last event");
        beyond.detail = "/seq";
        return beyond;
    }
    subscribers_.ack(from, body.seq);
    return std::nullopt;
}

task<> conversation::history(session::request<client::history> asked) {
    history_range range{
        .asked = asked.body,
        .first_kept = log_.first_kept(),
        .head = subscribers_.published(),
    };
    storage::page_request wanted = range.page();
    wanted.key = log_.key();
    wanted.epoch = log_.epoch();
    server::history answer{log_.key().thread_id, wanted.epoch, {}, false};
    if (wanted.after_seq < wanted.up_to_seq) {
        const std::string epoch = wanted.epoch;
        storage::page_result read = co_await services_.storage.read(std::move(wanted));
        if (const auto* down = std::get_if<storage::unavailable>(&read)) {
            const server::error error = error_of(
                server::error_code::storage_unavailable,
                "the thread cannot be read now: " + down->reason
            );
            asked.from.send_text(protocol::to_frame(error, asked.id));
            co_return;
        }
        const auto& page = std::get<storage::page>(read);
        range.first_kept = std::max(range.first_kept, page.first_seq);
        if (page.epoch == epoch)
            range.fill(answer, page.events);
        else
            answer.epoch.clear();  // deleted meanwhile
    }
    asked.from.send_text(protocol::to_frame(answer, asked.id));
}

task<deletion_verdict> conversation::remove(session::request<client::delete_thread> asked) {
    const deletion_gate::closure nobody_appends = co_await gate_.close();
    const std::optional<server::error> refusal = co_await remove_now();
    if (refusal) {
        asked.from.send_text(protocol::to_frame(*refusal, asked.id));
        co_return deletion_verdict::refused;
    }
    const server::deleted gone{log_.key().thread_id};
    subscribers_.end_all(protocol::to_frame(gone), asked.from);
    asked.from.send_text(protocol::to_frame(gone, asked.id));
    co_return deletion_verdict::deleted;
}

task<std::optional<server::error>> conversation::remove_now() {
    using result = std::optional<server::error>;
    if (!log_.exists())
        co_return result(no_such_thread());
    if (co_await end_runs() == runs_end::refused)
        co_return result(not_now("its runs cannot be ended"));
    co_await log_.drained();
    storage::deletion which;
    which.key = log_.key();
    const storage::delete_verdict verdict =
        co_await services_.storage.delete_thread(std::move(which));
    if (const auto* down = std::get_if<storage::unavailable>(&verdict))
        co_return result(not_now(down->reason));
    if (std::holds_alternative<storage::fenced>(verdict))
        co_return result(not_now("another server has taken it over"));
    log_.load(std::nullopt);
    has_answered_ = false;
    if (std::holds_alternative<storage::not_there>(verdict))
        co_return result(no_such_thread());
    co_return result();
}

// Those in line first, from its end, so that none of them begins when the active one ends.
task<conversation::runs_end> conversation::end_runs() {
    while (!queue_.empty() || working_) {
        if (sealing_)
            co_return runs_end::refused;
        if (const queued_run_ptr waiting = last_waiting()) {
            const cancel_answer answer = co_await cancel_waiting(waiting);
            if (std::holds_alternative<server::error>(answer))
                co_return runs_end::refused;
            continue;
        }
        const queued_run_ptr front = queue_.front();
        if (front && !front->running) {
            // It is about to begin: in a later turn there is something to cancel.
            co_await sleep_for(duration::zero());
            continue;
        }
        if (front)
            (void)front->running->cancel(protocol::cancel_reason::user);
        co_await settled_.wait_to_the_end();
    }
    co_return runs_end::ended;
}

queued_run_ptr conversation::last_waiting() const {
    const std::size_t at_work = working_ ? 1 : 0;
    if (queue_.line().size() <= at_work)
        return nullptr;
    return queue_.line().back();
}

}  // namespace clarion::conversation
