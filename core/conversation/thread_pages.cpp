#include "core/conversation/thread_pages.hpp"

#include "core/protocol/ids.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <utility>

namespace clarion::conversation {

namespace server = protocol::server;

namespace {

// Of a frame besides its entries: type, id, thread id, epoch or `next`, punctuation.
constexpr std::size_t frame_overhead_bytes = 1024;

/// What is left of a frame for its entries; the first one always fits.
class frame_room {
public:
    bool take(std::size_t bytes) {
        const bool fits = left_ >= bytes + 1 || !taken_;  // and a comma
        left_ -= std::min(left_, bytes + 1);
        taken_ = true;
        return fits;
    }

private:
    std::size_t left_ = server::page_bytes_max - frame_overhead_bytes;
    bool taken_ = false;
};

server::thread_entry entry_of(const storage::listed_thread& listed) {
    server::thread_entry entry{
        .thread_id = listed.thread_id,
        .title = listed.title,
        .seq = listed.last_seq,
        .updated_ms = listed.updated_ms,
        .active_run = std::nullopt,
    };
    if (listed.active_run)
        entry.active_run =
            server::run_of_thread{listed.active_run->run_id, listed.active_run->state};
    return entry;
}

}  // namespace

storage::page_request history_range::page() const {
    storage::page_request wanted;
    wanted.after_seq = std::max(asked.after_seq.value_or(0), first_kept - 1);
    wanted.up_to_seq = std::min(asked.before_seq.value_or(head + 1) - 1, head);
    wanted.side = asked.after_seq ? storage::page_side::oldest : storage::page_side::newest;
    wanted.events_max =
        static_cast<std::size_t>(asked.limit.value_or(protocol::client::page_limit_default));
    wanted.bytes_max = server::page_bytes_max;
    return wanted;
}

void history_range::fill(server::history& answer, const std::vector<protocol::event>& read) const {
    const storage::page_request wanted = page();
    const bool from_oldest = wanted.side == storage::page_side::oldest;
    frame_room room;
    std::size_t taken = 0;
    for (; taken < read.size(); ++taken) {
        const protocol::event& event = from_oldest ? read[taken] : read[read.size() - 1 - taken];
        std::string text =
            protocol::to_frame(event, answer.thread_id, answer.epoch, protocol::delivery::live);
        if (!room.take(text.size()))
            break;
        answer.events.push_back({std::move(text)});
    }
    if (!from_oldest)
        std::ranges::reverse(answer.events);
    const std::int64_t all = std::max<std::int64_t>(wanted.up_to_seq - wanted.after_seq, 0);
    answer.more = std::cmp_less(taken, all);
}

server::threads threads_page(const storage::thread_list& list) {
    server::threads answer;
    frame_room room;
    bool more = list.more;
    for (const storage::listed_thread& listed : list.threads) {
        server::thread_entry entry = entry_of(listed);
        more = !room.take(protocol::to_json(entry).size());
        if (more)
            break;
        answer.threads.push_back(std::move(entry));
    }
    more = list.more || answer.threads.size() < list.threads.size();
    if (more) {
        const server::thread_entry& last = answer.threads.back();
        answer.next = to_text({last.updated_ms, last.thread_id});
    }
    return answer;
}

std::string to_text(const storage::list_position& place) {
    return std::to_string(place.updated_ms) + '/' + place.thread_id;
}

std::optional<storage::list_position> list_position_of(std::string_view text) {
    storage::list_position place;
    const char* const end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(text.data(), end, place.updated_ms);
    if (error != std::errc() || behind == end || *behind != '/')
        return std::nullopt;
    place.thread_id.assign(behind + 1, end);
    if (!protocol::is_valid_id(place.thread_id))
        return std::nullopt;
    return place;
}

}  // namespace clarion::conversation
