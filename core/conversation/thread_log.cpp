#include "core/conversation/thread_log.hpp"

#include "core/metrics/own_counters.hpp"

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <utility>

namespace clarion::conversation {

namespace {

// One append's worth: more would make its readers wait for a larger transaction.
constexpr std::size_t events_per_append_max = 256;

bool is_message(protocol::event_type type) {
    return type == protocol::event_type::user_message ||
           type == protocol::event_type::assistant_message;
}

std::string reason_of(const storage::append_verdict& verdict) {
    if (const auto* down = std::get_if<storage::unavailable>(&verdict))
        return down->reason;
    if (std::holds_alternative<storage::fenced>(verdict))
        return "another server has taken the thread over";
    return "the thread's log stands elsewhere than expected";
}

}  // namespace

thread_log::thread_log(
    executor on,
    protocol::thread_key key,
    storage::event_log& log,
    publisher& to
)
    : on_(on),
      key_(std::move(key)),
      log_(log),
      to_(to),
      counters_(metrics::counters_of(on, key_.user_id)) {}

thread_log::~thread_log() {
    CLARION_ASSERT(idle());
}

void thread_log::load(const std::optional<storage::thread_row>& row) {
    CLARION_ASSERT(idle());
    exists_ = row.has_value();
    epoch_ = row ? row->epoch : on_.owner().random().id("e_");
    head_ = row ? row->last_seq : 0;
    first_kept_ = row ? row->first_seq : 1;
    messages_ = row ? row->messages : 0;
    title_ = row ? row->title : std::string();
    updated_ms_ = row ? row->updated_ms : 0;
}

void thread_log::trimmed(const storage::trimmed_thread& gone) {
    if (!exists_ || gone.epoch != epoch_ || gone.first_seq <= first_kept_)
        return;
    first_kept_ = gone.first_seq;
    messages_ -= gone.messages;
}

void thread_log::append(
    engine::run_batch batch,
    std::function<void(const engine::batch_verdict&)> done
) {
    item added;
    added.events = std::move(batch.events);
    for (protocol::event& event : added.events)
        event.run_id = batch.run_id;
    added.emitted_at = batch.emitted_at;
    if (batch.state)
        added.run =
            storage::run_change{std::move(batch.run_id), *batch.state, std::move(batch.checkpoint)};
    added.done = [done = std::move(done)](const storage::append_verdict& verdict) {
        if (const auto* committed = std::get_if<storage::committed>(&verdict))
            done(engine::batch_committed{committed->last_seq});
        else
            done(engine::batch_refused{reason_of(verdict)});
    };
    enqueue(std::move(added));
}

void thread_log::append_message(
    message_batch batch,
    std::function<void(const storage::append_verdict&)> done
) {
    item added;
    added.events = std::move(batch.events);
    for (protocol::event& event : added.events)
        event.run_id = batch.message.run_id;
    added.message = std::move(batch.message);
    added.title = std::move(batch.title);
    added.run = std::move(batch.other_run);
    added.done = std::move(done);
    enqueue(std::move(added));
}

void thread_log::append_title(
    std::string title,
    std::function<void(const storage::append_verdict&)> done
) {
    CLARION_ASSERT(exists_ && !title.empty());
    item added;
    added.new_title = std::move(title);
    added.done = std::move(done);
    enqueue(std::move(added));
}

void thread_log::enqueue(item added) {
    if (waiting_.size() >= waiting_max)
        return added.done(storage::unavailable{"too many batches wait for the log"});
    if (added.emitted_at == time_point())
        added.emitted_at = on_.owner().now();
    waiting_.push_back(std::move(added));
    if (!busy_)
        start_next();
}

// A message goes alone, so that a duplicate refuses nothing but itself; a title, so that it moves
// the thread in no list.
storage::append_request thread_log::compose() {
    storage::append_request request;
    request.key = key_;
    request.epoch = epoch_;
    request.expected_seq = head_;
    const bool is_title = !waiting_.front().new_title.empty();
    request.now_ms = is_title ? updated_ms_ : on_.owner().wall_ms();
    handed_in_ms_ = request.now_ms;
    bool is_alone = false;
    do {
        item& next = under_way_.emplace_back(std::move(waiting_.front()));
        waiting_.pop_front();
        for (protocol::event& event : next.events) {
            event.timestamp_ms = request.now_ms;
            request.events.push_back(event);
        }
        if (next.run)
            request.runs.push_back(*next.run);
        request.message = next.message;
        if (!exists_)
            request.title = next.title;
        request.new_title = next.new_title;
        is_alone = next.goes_alone();
    } while (!is_alone && !waiting_.empty() && !waiting_.front().goes_alone() &&
             request.events.size() < events_per_append_max);
    return request;
}

void thread_log::start_next() {
    busy_ = true;
    handed_in_at_ = on_.owner().now();
    ++counters_.appends_waiting;
    auto done = asio::bind_executor(on_, [this](storage::append_verdict verdict) {
        finished(std::move(verdict));
    });
    log_.start_append(compose(), std::move(done));
}

void thread_log::note_commit(time_point now) {
    const duration took = now - handed_in_at_;
    --counters_.appends_waiting;
    counters_.append_us.add(metrics::in_us(took));
    const auto& watch = on_.owner().own<slow_commit_watch>();
    if (watch.tell && took >= watch.least)
        watch.tell(key_, took);
}

void thread_log::finished(storage::append_verdict verdict) {
    const time_point now = on_.owner().now();
    note_commit(now);
    if (std::holds_alternative<storage::committed>(verdict))
        committed_at(now);
    else if (std::holds_alternative<storage::duplicate_message>(verdict) ||
             !under_way_.front().new_title.empty())
        std::exchange(under_way_, {}).front().done(verdict);
    else
        refuse_all(verdict);
    busy_ = false;
    if (!waiting_.empty())
        start_next();
    if (idle())
        drained_.notify();
}

void thread_log::committed_at(time_point now) {
    std::vector<item> committed = std::exchange(under_way_, {});
    std::int64_t events = 0;
    if (!std::exchange(exists_, true))
        title_ = std::move(committed.front().title);
    updated_ms_ = handed_in_ms_;
    for (item& one : committed) {
        events += static_cast<std::int64_t>(one.events.size());
        if (!one.new_title.empty())
            title_ = std::move(one.new_title);
        for (protocol::event& event : one.events) {
            event.seq = ++head_;
            counters_.events_committed.add(event.type);
            messages_ += is_message(event.type) ? 1 : 0;
        }
        counters_.emit_to_commit_us.add(metrics::in_us(now - one.emitted_at), one.events.size());
        one.done(storage::committed{head_});
        to_.publish(one.events, {one.emitted_at, now});
    }
    counters_.append_events.add(events);
}

void thread_log::refuse_all(const storage::append_verdict& verdict) {
    if (const auto* elsewhere = std::get_if<storage::wrong_position>(&verdict)) {
        // Somebody else wrote: continue from where the log really stands.
        head_ = elsewhere->seq;
        if (!elsewhere->epoch.empty())
            epoch_ = elsewhere->epoch;
    }
    std::vector<item> refused = std::exchange(under_way_, {});
    std::ranges::move(std::exchange(waiting_, {}), std::back_inserter(refused));
    for (item& one : refused)
        one.done(verdict);
}

task<> thread_log::drained() {
    while (!idle())
        co_await drained_.wait_to_the_end();
}

}  // namespace clarion::conversation
