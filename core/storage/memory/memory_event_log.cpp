#include "core/storage/memory/memory_event_log.hpp"

#include "core/storage/append_facts.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::storage {

namespace {

bool stands_behind(const listed_thread& one, const list_position& place) {
    if (one.updated_ms != place.updated_ms)
        return one.updated_ms < place.updated_ms;
    return one.thread_id > place.thread_id;
}

// To what the page may hold.
void cut(thread_list& list, const threads_request& request) {
    std::size_t kept = 0;
    std::size_t bytes = 0;
    while (kept < list.threads.size() && kept < std::max<std::size_t>(request.threads_max, 1)) {
        bytes += bytes_of(list.threads[kept]);
        if (bytes > request.bytes_max && kept > 0)
            break;
        ++kept;
    }
    list.more = kept < list.threads.size();
    list.threads.resize(kept);
}

}  // namespace

std::size_t memory_event_log::key_hash::operator()(const protocol::thread_key& key) const noexcept {
    const std::hash<std::string_view> hash;
    return hash(key.user_id) * 31 + hash(key.thread_id);
}

append_verdict memory_event_log::append_now(append_request& request) {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(request.key);
    if (found != threads_.end())
        return found->second.append(std::move(request));
    thread_records made;
    protocol::thread_key key = std::move(request.key);
    append_verdict verdict = made.append(std::move(request));
    if (made.exist()) {
        threads_of_[key.user_id].insert(key.thread_id);
        threads_.emplace(std::move(key), std::move(made));
    }
    return verdict;
}

thread_result memory_event_log::open_now(const protocol::thread_key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(key);
    if (found == threads_.end())
        return std::optional<thread_row>();
    return std::optional(found->second.row());
}

page_result memory_event_log::read_now(const page_request& request) {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(request.key);
    if (found == threads_.end())
        return page();
    return found->second.read(request);
}

message_result
memory_event_log::find_now(const protocol::thread_key& key, const run_reference& which) {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(key);
    if (found == threads_.end())
        return std::optional<duplicate_message>();
    return found->second.find(which);
}

open_runs_result memory_event_log::list_open_runs_now() {
    std::vector<thread_runs> listed;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [key, records] : threads_)
            if (records.has_open_runs())
                listed.push_back({key, records.row()});
    }
    std::ranges::sort(listed, {}, &thread_runs::key);
    return listed;
}

user_runs_result memory_event_log::list_user_runs_now(const std::string& user_id) {
    const std::lock_guard lock(mutex_);
    std::vector<user_run> listed;
    const auto of_user = threads_of_.find(user_id);
    if (of_user == threads_of_.end())
        return listed;
    for (const std::string& thread_id : of_user->second)
        for (const open_run& run : threads_.at({user_id, thread_id}).open_runs())
            listed.push_back({thread_id, run.run_id, run.state});
    return listed;
}

threads_result memory_event_log::list_threads_now(const threads_request& request) {
    const std::lock_guard lock(mutex_);
    thread_list list;
    const auto of_user = threads_of_.find(request.user_id);
    if (of_user == threads_of_.end())
        return list;
    for (const std::string& thread_id : of_user->second) {
        listed_thread one = threads_.at({request.user_id, thread_id}).listed(thread_id);
        if (!request.behind || stands_behind(one, *request.behind))
            list.threads.push_back(std::move(one));
    }
    std::ranges::sort(list.threads, [](const listed_thread& left, const listed_thread& right) {
        return stands_behind(right, {left.updated_ms, left.thread_id});
    });
    cut(list, request);
    return list;
}

delete_verdict memory_event_log::delete_now(const deletion& request) {
    const std::lock_guard lock(mutex_);
    const auto found = threads_.find(request.key);
    if (found == threads_.end())
        return not_there{};
    if (request.fencing_token < found->second.fencing_token())
        return fenced{};
    threads_.erase(found);
    const auto of_user = threads_of_.find(request.key.user_id);
    of_user->second.erase(request.key.thread_id);
    if (of_user->second.empty())
        threads_of_.erase(of_user);
    return deleted{};
}

// Oldest first: one prefix, then whichever thread has the oldest event now.
trimmed memory_event_log::trim_now(const retention& keep) {
    const std::lock_guard lock(mutex_);
    std::int64_t excess = 0;
    std::map<std::pair<std::int64_t, protocol::thread_key>, thread_records*> by_oldest;
    for (auto& [key, records] : threads_) {
        excess += records.bytes();
        if (const protocol::event* oldest = records.oldest())
            by_oldest.emplace(std::pair(oldest->timestamp_ms, key), &records);
    }
    excess = keep.bytes_max > 0 ? std::max<std::int64_t>(excess - keep.bytes_max, 0) : 0;
    trimmed done;
    while (!by_oldest.empty() && done.events < trim_events_per_step) {
        auto first = by_oldest.extract(by_oldest.begin());
        thread_records& records = *first.mapped();
        const auto prefix = records.trim(keep, excess);
        if (!prefix)
            continue;
        excess = std::max<std::int64_t>(excess - prefix->bytes, 0);
        done.events += prefix->events;
        done.bytes += prefix->bytes;
        const protocol::thread_key& key = first.key().second;
        const thread_row row = records.row();
        done.threads.push_back({key, row.epoch, row.first_seq, prefix->messages});
        if (const protocol::event* oldest = records.oldest()) {
            first.key().first = oldest->timestamp_ms;
            by_oldest.insert(std::move(first));
        }
    }
    done.more = !by_oldest.empty();
    return done;
}

revocations_result memory_event_log::list_revocations_now() {
    const std::lock_guard lock(mutex_);
    std::vector<revocation> listed;
    for (const auto& [user_id, revoked_ms] : revoked_ms_)
        listed.push_back({user_id, revoked_ms});
    return listed;
}

void memory_event_log::start_append(append_request request, completion<append_verdict> done) {
    assert_complete(request);
    done.post(append_now(request));
}

void memory_event_log::start_open(protocol::thread_key key, completion<thread_result> done) {
    done.post(open_now(key));
}

void memory_event_log::start_read(page_request request, completion<page_result> done) {
    done.post(read_now(request));
}

void memory_event_log::start_find(
    protocol::thread_key key,
    run_reference which,
    completion<message_result> done
) {
    done.post(find_now(key, which));
}

void memory_event_log::start_list_open_runs(completion<open_runs_result> done) {
    done.post(list_open_runs_now());
}

void memory_event_log::start_list_user_runs(
    std::string user_id,
    completion<user_runs_result> done
) {
    done.post(list_user_runs_now(user_id));
}

void memory_event_log::start_list_threads(
    threads_request request,
    completion<threads_result> done
) {
    done.post(list_threads_now(request));
}

void memory_event_log::start_delete_thread(deletion request, completion<delete_verdict> done) {
    done.post(delete_now(request));
}

void memory_event_log::start_trim(retention keep, completion<trim_verdict> done) {
    done.post(trim_now(keep));
}

void memory_event_log::start_revoke(
    std::string user_id,
    std::int64_t revoked_ms,
    completion<revoke_result> done
) {
    {
        const std::lock_guard lock(mutex_);
        const auto place = revoked_ms_.try_emplace(std::move(user_id), revoked_ms).first;
        place->second = std::max(place->second, revoked_ms);
    }
    done.post(revoked());
}

void memory_event_log::start_list_revocations(completion<revocations_result> done) {
    done.post(list_revocations_now());
}

}  // namespace clarion::storage
