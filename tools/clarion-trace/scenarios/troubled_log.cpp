#include "tools/clarion-trace/scenarios/troubled_log.hpp"

#include "core/audit/thread_audit.hpp"

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

namespace clarion::scenarios {

using storage::completion;

troubled_log::troubled_log(sim::world& in, storage_trouble how)
    : world_(in), how_(how), writer_(in, how.delay_one_in), reader_(in, how.delay_one_in) {}

void troubled_log::start_append(
    storage::append_request request,
    completion<storage::append_verdict> done
) {
    writer_.push([this, request = std::move(request), done = std::move(done)]() mutable {
        append_now(std::move(request), std::move(done));
    });
}

void troubled_log::append_now(
    storage::append_request request,
    completion<storage::append_verdict> done
) {
    if (world_.decisions().choose(sim::choice::fault, 2, how_.append_fails_one_in) != 0)
        return done.post(storage::unavailable{"no space left on device"});
    storage::append_request copy = request;
    auto settled = asio::bind_executor(
        writer_.on(),
        [this, copy = std::move(copy), done = std::move(done)](storage::append_verdict how
        ) mutable {
            if (const auto* committed = std::get_if<storage::committed>(&how))
                keep(std::move(copy), committed->last_seq);
            done.post(std::move(how));
        }
    );
    log_.start_append(std::move(request), std::move(settled));
}

void troubled_log::keep(storage::append_request made, std::int64_t last_seq) {
    kept_thread& kept = threads_[made.key];
    kept.epoch = made.epoch;
    const std::int64_t first_seq = last_seq - static_cast<std::int64_t>(made.events.size()) + 1;
    std::int64_t seq = first_seq;
    for (protocol::event& each : made.events) {
        each.seq = seq++;
        kept.events.push_back(std::move(each));
    }
    if (made.message) {
        storage::walked_run run;
        run.run_id = made.message->run_id;
        run.message_id = made.message->message_id;
        run.agent = made.message->agent;
        run.state = protocol::name_of(made.message->state);
        run.message_seq = first_seq;
        run.message = storage::walked_message{made.message->content_digest, run.run_id, first_seq};
        kept.runs.push_back(std::move(run));
    }
    for (const storage::run_change& change : made.runs)
        for (storage::walked_run& run : kept.runs)
            if (run.run_id == change.run_id)
                run.state = protocol::name_of(change.state);
}

bool troubled_log::has(const protocol::thread_key& key, std::int64_t seq, std::string_view frame)
    const {
    const auto thread = threads_.find(key);
    if (thread == threads_.end() || seq < 1 ||
        seq > static_cast<std::int64_t>(thread->second.events.size()))
        return false;
    const protocol::event& event = thread->second.events[static_cast<std::size_t>(seq) - 1];
    return frame.find("\"payload\":" + event.payload_json) != std::string_view::npos &&
           frame.find("\"run_id\":\"" + event.run_id + '"') != std::string_view::npos &&
           frame.starts_with(
               "{\"type\":\"" + std::string(protocol::traits_of(event.type).name) + '"'
           );
}

bool troubled_log::has_run(const protocol::thread_key& key, std::string_view run_id) const {
    const auto thread = threads_.find(key);
    return thread != threads_.end() &&
           std::ranges::any_of(thread->second.runs, [run_id](const storage::walked_run& run) {
               return run.run_id == run_id;
           });
}

std::vector<std::string> troubled_log::audit(open_runs left) const {
    std::vector<std::string> found;
    for (const auto& [key, kept] : threads_) {
        const std::string where = key.user_id + '/' + key.thread_id;
        storage::walked_thread row;
        row.key = key;
        row.epoch = kept.epoch;
        row.first_seq = 1;
        row.last_seq = static_cast<std::int64_t>(kept.events.size());
        row.message_rows = row.run_rows = static_cast<std::int64_t>(kept.runs.size());
        row.messages = std::ranges::count_if(kept.events, [](const protocol::event& each) {
            return each.type == protocol::event_type::user_message ||
                   each.type == protocol::event_type::assistant_message;
        });
        auto next = kept.runs.begin();
        const auto runs = [&next, &kept]() -> std::optional<storage::walked_run> {
            if (next == kept.runs.end())
                return std::nullopt;
            return *next++;
        };
        audit::thread_audit fold(row, runs, [&](std::int64_t seq, const std::string& what) {
            found.push_back("log " + where + ' ' + std::to_string(seq) + ": " + what);
        });
        for (const protocol::event& each : kept.events)
            fold.take(
                {each.seq,
                 std::string(protocol::traits_of(each.type).name),
                 each.timestamp_ms,
                 each.run_id,
                 each.payload_json}
            );
        fold.finish();
        if (left == open_runs::must_not_be && fold.open_runs() > 0)
            found.push_back(
                "log " + where + ": " + std::to_string(fold.open_runs()) + " runs have no terminal"
            );
    }
    return found;
}

template <class Result, class Ask>
void troubled_log::read(completion<Result> done, Ask ask) {
    reader_.push([this, done = std::move(done), ask = std::move(ask)]() mutable {
        if (world_.decisions().choose(sim::choice::fault, 2, how_.read_fails_one_in) != 0)
            return done.post(storage::unavailable{"input/output error"});
        ask(std::move(done));
    });
}

void troubled_log::start_open(protocol::thread_key key, completion<storage::thread_result> done) {
    read(std::move(done), [this, key = std::move(key)](completion<storage::thread_result> to) {
        log_.start_open(key, std::move(to));
    });
}

void troubled_log::start_read(
    storage::page_request request,
    completion<storage::page_result> done
) {
    read(
        std::move(done),
        [this, request = std::move(request)](completion<storage::page_result> to) {
            log_.start_read(request, std::move(to));
        }
    );
}

void troubled_log::start_find(
    protocol::thread_key key,
    storage::run_reference which,
    completion<storage::message_result> done
) {
    read(
        std::move(done),
        [this, key = std::move(key), which = std::move(which)](
            completion<storage::message_result> to
        ) { log_.start_find(key, which, std::move(to)); }
    );
}

void troubled_log::start_list_open_runs(completion<storage::open_runs_result> done) {
    log_.start_list_open_runs(std::move(done));
}

void troubled_log::start_list_user_runs(
    std::string user_id,
    completion<storage::user_runs_result> done
) {
    read(
        std::move(done),
        [this, user_id = std::move(user_id)](completion<storage::user_runs_result> to) {
            log_.start_list_user_runs(user_id, std::move(to));
        }
    );
}

void troubled_log::start_list_threads(
    storage::threads_request request,
    completion<storage::threads_result> done
) {
    log_.start_list_threads(std::move(request), std::move(done));
}

void troubled_log::start_delete_thread(
    storage::deletion request,
    completion<storage::delete_verdict> done
) {
    log_.start_delete_thread(std::move(request), std::move(done));
}

void troubled_log::start_trim(storage::retention keep, completion<storage::trim_verdict> done) {
    log_.start_trim(keep, std::move(done));
}

void troubled_log::start_revoke(
    std::string user_id,
    std::int64_t revoked_ms,
    completion<storage::revoke_result> done
) {
    log_.start_revoke(std::move(user_id), revoked_ms, std::move(done));
}

void troubled_log::start_list_revocations(completion<storage::revocations_result> done) {
    log_.start_list_revocations(std::move(done));
}

}  // namespace clarion::scenarios
