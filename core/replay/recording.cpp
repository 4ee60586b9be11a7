#include "core/replay/recording.hpp"

#include "core/protocol/describe.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <iterator>

namespace clarion::replay {

namespace {

// As much of a range as a page takes, from the side that is wanted.
class page_room {
public:
    explicit page_room(const storage::page_request& wanted)
        : wanted_(wanted), keeps_newest_(wanted.side == storage::page_side::newest) {}

    bool is_full() const {
        return !keeps_newest_ && !kept_.empty() &&
               (kept_.size() >= wanted_.events_max || bytes_ >= wanted_.bytes_max);
    }

    void add(protocol::event event) {
        bytes_ += event.payload_json.size();
        kept_.push_back(std::move(event));
        while (keeps_newest_ && kept_.size() > 1 &&
               (kept_.size() > wanted_.events_max || bytes_ > wanted_.bytes_max)) {
            bytes_ -= kept_.front().payload_json.size();
            kept_.pop_front();
        }
    }

    std::vector<protocol::event> take() {
        return {std::make_move_iterator(kept_.begin()), std::make_move_iterator(kept_.end())};
    }

private:
    const storage::page_request& wanted_;
    const bool keeps_newest_;
    std::deque<protocol::event> kept_;
    std::size_t bytes_ = 0;
};

std::string missing(std::int64_t seq) {
    return "event " + std::to_string(seq) + " is missing (clarion audit tells more)";
}

}  // namespace

std::variant<recording, std::string>
recording::find(std::unique_ptr<storage::sqlite::log_walk> log, const recording_choice& choice) {
    auto thread = log->find_thread(choice.key);
    if (auto failure = log->failure())
        return *std::move(failure);
    if (!thread)
        return "user " + choice.key.user_id + " has no thread " + choice.key.thread_id;
    storage::sqlite::log_walk::seq_range range{thread->first_seq, thread->last_seq};
    if (choice.run_id) {
        const auto found = log->find_run(thread->row, *choice.run_id);
        if (auto failure = log->failure())
            return *std::move(failure);
        if (!found)
            return "thread " + choice.key.thread_id + " has no run " + *choice.run_id;
        range = *found;
    }
    return recording(std::move(log), *std::move(thread), range);
}

storage::listed_thread recording::listed() const {
    return {
        .thread_id = thread_.key.thread_id,
        .title = thread_.title,
        .last_seq = range_.last,
        .updated_ms = thread_.updated_ms,
        .active_run = std::nullopt,
    };
}

recording::events_result recording::events(std::int64_t after_seq) {
    std::vector<protocol::event> read;
    std::int64_t next = std::max(after_seq + 1, range_.first);
    for (auto& stored : log_->events(thread_.row, next - 1)) {
        if (next > range_.last)
            break;
        if (stored.seq != next)
            return missing(next);
        const auto type = protocol::enum_from_name<protocol::event_type>(stored.type);
        if (!type)
            return "event " + std::to_string(next) + " is of a type that does not exist";
        protocol::event& event = read.emplace_back();
        event.type = *type;
        event.seq = next++;
        event.timestamp_ms = stored.timestamp_ms;
        event.run_id = std::move(stored.run_id);
        event.payload_json = std::move(stored.payload_json);
    }
    if (auto failure = log_->failure())
        return *std::move(failure);
    if (read.empty() && next <= range_.last)
        return missing(next);
    return read;
}

recording::events_result recording::read(const storage::page_request& wanted) {
    page_room room(wanted);
    std::int64_t cursor = std::max(wanted.after_seq, range_.first - 1);
    // No seq is missing: what is too far back need not be looked at.
    if (wanted.side == storage::page_side::newest)
        cursor = std::max(cursor, wanted.up_to_seq - static_cast<std::int64_t>(wanted.events_max));
    while (cursor < std::min(wanted.up_to_seq, range_.last) && !room.is_full()) {
        auto behind = events(cursor);
        if (std::holds_alternative<std::string>(behind))
            return behind;
        for (auto& event : std::get<std::vector<protocol::event>>(behind)) {
            if (event.seq > wanted.up_to_seq || room.is_full())
                break;
            cursor = event.seq;
            room.add(std::move(event));
        }
    }
    return room.take();
}

}  // namespace clarion::replay
