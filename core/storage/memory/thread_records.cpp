#include "core/storage/memory/thread_records.hpp"

#include "core/protocol/server_frames.hpp"
#include "core/storage/append_facts.hpp"

#include <algorithm>
#include <utility>

namespace clarion::storage {

namespace {

bool is_open(protocol::run_state state) {
    return state != protocol::run_state::finished;
}

}  // namespace

append_verdict thread_records::append(append_request&& request) {
    if (request.fencing_token < fencing_token_)
        return fenced{};
    if (request.message)
        if (const auto known = messages_.find(request.message->message_id);
            known != messages_.end())
            return made_by(runs_[known->second.place_of_run]);
    if (request.expected_seq != last_seq() || (exist_ && request.epoch != epoch_))
        return wrong_position{epoch_, last_seq()};
    if (auto refusal = check_runs(request))
        return *std::move(refusal);

    if (!exist_)
        title_ = std::move(request.title);
    else if (!request.new_title.empty())
        title_ = std::move(request.new_title);
    exist_ = true;
    epoch_ = std::move(request.epoch);
    fencing_token_ = request.fencing_token;
    updated_ms_ = request.now_ms;
    messages_count_ += messages_in(request);
    if (request.message)
        add_run(request);
    for (const run_change& change : request.runs)
        change_run(change);
    add_events(request.events);
    return committed{last_seq()};
}

std::optional<unavailable> thread_records::check_runs(const append_request& request) const {
    if (request.message && places_of_runs_.contains(request.message->run_id))
        return run_id_taken(request.message->run_id);
    for (const run_change& change : request.runs) {
        const bool is_new = request.message && request.message->run_id == change.run_id;
        if (!is_new && !places_of_runs_.contains(change.run_id))
            return unknown_run(change.run_id);
    }
    return std::nullopt;
}

void thread_records::add_run(append_request& request) {
    new_message& message = *request.message;
    places_of_runs_.emplace(message.run_id, runs_.size());
    messages_.emplace(
        message.message_id,
        message_record{std::move(message.content_digest), runs_.size()}
    );
    open_runs_ += is_open(message.state) ? 1U : 0U;
    runs_.push_back(
        {.run_id = std::move(message.run_id),
         .message_id = std::move(message.message_id),
         .agent = std::move(message.agent),
         .state = message.state,
         .message_seq = user_message_seq(request),
         .created_ms = request.now_ms,
         .checkpoint = {}}
    );
}

void thread_records::change_run(const run_change& change) {
    open_run& run = runs_[places_of_runs_.at(change.run_id)];
    open_runs_ -= is_open(run.state) ? 1U : 0U;
    open_runs_ += is_open(change.state) ? 1U : 0U;
    run.state = change.state;
    run.checkpoint = change.checkpoint;
}

void thread_records::add_events(std::vector<protocol::event>& events) {
    for (protocol::event& event : events) {
        event.seq = last_seq() + 1;
        bytes_ += stored_bytes(event);
        events_.push_back(std::move(event));
    }
}

thread_row thread_records::row() const {
    thread_row row;
    row.epoch = epoch_;
    row.last_seq = last_seq();
    row.first_seq = first_seq_;
    row.messages = messages_count_;
    row.updated_ms = updated_ms_;
    row.title = title_;
    row.open_runs = open_runs();
    return row;
}

std::vector<open_run> thread_records::open_runs() const {
    std::vector<open_run> open;
    if (has_open_runs())
        std::ranges::copy_if(runs_, std::back_inserter(open), [](const open_run& run) {
            return is_open(run.state);
        });
    return open;
}

listed_thread thread_records::listed(const std::string& thread_id) const {
    listed_thread listed;
    listed.thread_id = thread_id;
    listed.title = title_;
    listed.last_seq = last_seq();
    listed.updated_ms = updated_ms_;
    if (const open_run* active = active_run())
        listed.active_run = listed_run{active->run_id, active->state};
    return listed;
}

const open_run* thread_records::active_run() const {
    const open_run* waiting = nullptr;
    if (!has_open_runs())
        return waiting;
    for (const open_run& run : runs_) {
        if (is_open(run.state) && run.state != protocol::run_state::queued)
            return &run;
        if (waiting == nullptr && is_open(run.state))
            waiting = &run;
    }
    return waiting;
}

page thread_records::read(const page_request& request) const {
    page read{epoch_, {}, first_seq_};
    if (request.epoch != epoch_)
        return read;
    std::int64_t first = std::max(request.after_seq + 1, first_seq_);
    std::int64_t last = std::min(request.up_to_seq, last_seq());
    const bool from_newest = request.side == page_side::newest;
    std::size_t bytes = 0;
    while (first <= last) {
        const std::int64_t seq = from_newest ? last-- : first++;
        const protocol::event& event = events_[static_cast<std::size_t>(seq - first_seq_)];
        bytes += event.payload_json.size();
        const bool full = read.events.size() >= request.events_max || bytes > request.bytes_max;
        if (full && !read.events.empty())
            break;
        read.events.push_back(event);
    }
    if (from_newest)
        std::ranges::reverse(read.events);
    return read;
}

std::optional<trimmed_prefix>
thread_records::trim(const retention& keep, std::int64_t excess_bytes) {
    trim_fold fold(keep, excess_bytes);
    for (const protocol::event& event : events_)
        if (fold.take(facts_of(event)) == trim_fold::next::stop)
            break;
    const std::optional<trimmed_prefix>& prefix = fold.prefix();
    if (prefix) {
        events_.erase(events_.begin(), events_.begin() + prefix->events);
        first_seq_ = prefix->last_seq + 1;
        bytes_ -= prefix->bytes;
        messages_count_ -= prefix->messages;
    }
    return prefix;
}

std::optional<duplicate_message> thread_records::find(const run_reference& which) const {
    const open_run* run = run_of(which);
    if (run == nullptr)
        return std::nullopt;
    return made_by(*run);
}

const open_run* thread_records::run_of(const run_reference& which) const {
    const open_run* run = nullptr;
    if (which.message_id) {
        const auto message = messages_.find(*which.message_id);
        if (message != messages_.end())
            run = &runs_[message->second.place_of_run];
    } else if (which.run_id) {
        const auto place = places_of_runs_.find(*which.run_id);
        if (place != places_of_runs_.end())
            run = &runs_[place->second];
    }
    if (run != nullptr && which.run_id && run->run_id != *which.run_id)
        return nullptr;
    return run;
}

duplicate_message thread_records::made_by(const open_run& run) const {
    return {
        .run_id = run.run_id,
        .seq = run.message_seq,
        .content_digest = messages_.at(run.message_id).content_digest,
        .state = run.state,
    };
}

}  // namespace clarion::storage
