#include "core/conversation/thread_history.hpp"

#include "core/protocol/payload_text.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace clarion::conversation {

namespace {

char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains_ignoring_case(std::string_view text, std::string_view wanted) {
    const auto same = [](char a, char b) {
        return to_lower(a) == to_lower(b);
    };
    return !std::ranges::search(text, wanted, same).empty() || wanted.empty();
}

std::optional<ports::past_message> message_of(const protocol::event& event) {
    using protocol::event_type;
    if (event.type != event_type::user_message && event.type != event_type::assistant_message)
        return std::nullopt;
    auto parsed = protocol::payload_from_json(event.type, event.payload_json);
    const auto* payload = std::get_if<protocol::payload>(&parsed);
    if (payload == nullptr)
        return std::nullopt;
    ports::past_message message{
        .seq = event.seq,
        .by = ports::author::user,
        .text = {},
        .timestamp_ms = event.timestamp_ms,
    };
    if (const auto* asked = std::get_if<protocol::user_message>(payload)) {
        message.text = asked->text;
    } else {
        message.by = ports::author::assistant;
        message.text = std::get<protocol::assistant_message>(*payload).text;
    }
    return message;
}

bool is_rolled_back(const protocol::event& terminal) {
    if (terminal.type != protocol::event_type::agent_cancelled)
        return false;
    auto parsed = protocol::payload_from_json(terminal.type, terminal.payload_json);
    const auto* payload = std::get_if<protocol::payload>(&parsed);
    return payload != nullptr && std::get<protocol::agent_cancelled>(*payload).reason ==
                                     protocol::cancel_reason::rolled_back;
}

/// The newest messages of runs that have ended, as the log is read from its start. What belongs to
/// a run that was rolled back, or is still in line, is nobody's past.
class collected_past {
public:
    explicit collected_past(std::size_t messages_max) : messages_max_(messages_max) {}

    void add(ports::past_message message, const std::string& run_id) {
        open_[run_id].push_back(std::move(message));
    }

    void end_run(const protocol::event& terminal) {
        const auto run = open_.find(terminal.run_id);
        if (run == open_.end())
            return;
        if (!is_rolled_back(terminal))
            std::ranges::move(run->second, std::back_inserter(ended_));
        open_.erase(run);
        while (ended_.size() > messages_max_)
            ended_.pop_front();
    }

    std::vector<ports::past_message> take() {
        return {std::make_move_iterator(ended_.begin()), std::make_move_iterator(ended_.end())};
    }

private:
    const std::size_t messages_max_;
    std::map<std::string, std::vector<ports::past_message>> open_;
    std::deque<ports::past_message> ended_;
};

}  // namespace

thread_history::thread_history(
    storage::event_log& log,
    protocol::thread_key key,
    std::string epoch,
    std::int64_t before_seq
)
    : log_(log), key_(std::move(key)), epoch_(std::move(epoch)), before_seq_(before_seq) {}

task<ports::history_result> thread_history::search(std::string text, std::size_t messages_max) {
    collected_past found(messages_max);
    std::int64_t cursor = 0;
    while (cursor < before_seq_ - 1) {
        storage::page_request wanted;
        wanted.key = key_;
        wanted.epoch = epoch_;
        wanted.after_seq = cursor;
        wanted.up_to_seq = before_seq_ - 1;
        const storage::page_result read = co_await log_.read(std::move(wanted));
        if (const auto* down = std::get_if<storage::unavailable>(&read))
            co_return ports::history_result(ports::history_unavailable{down->reason});
        const auto& events = std::get<storage::page>(read).events;
        if (events.empty())
            break;
        for (const protocol::event& event : events) {
            auto message = message_of(event);
            if (message && contains_ignoring_case(message->text, text))
                found.add(*std::move(message), event.run_id);
            else if (protocol::is_terminal(event.type))
                found.end_run(event);
        }
        cursor = events.back().seq;
    }
    co_return ports::history_result(found.take());
}

task<ports::history_result> thread_history::newest(std::size_t messages_max) {
    return search("", messages_max);
}

}  // namespace clarion::conversation
