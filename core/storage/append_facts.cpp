#include "core/storage/append_facts.hpp"

#include "core/async/assert.hpp"

#include <algorithm>
#include <string>

namespace clarion::storage {

namespace {

using protocol::event_type;

bool is_user_message(const protocol::event& event) {
    return event.type == event_type::user_message;
}

bool is_message(const protocol::event& event) {
    return is_user_message(event) || event.type == event_type::assistant_message;
}

}  // namespace

void assert_complete(const append_request& request) {
    CLARION_ASSERT(!request.epoch.empty());
    CLARION_ASSERT(!request.message || std::ranges::any_of(request.events, is_user_message));
}

std::int64_t user_message_seq(const append_request& request) {
    const auto place = std::ranges::find_if(request.events, is_user_message);
    return request.expected_seq + (place - request.events.begin()) + 1;
}

std::int64_t messages_in(const append_request& request) {
    return std::ranges::count_if(request.events, is_message);
}

std::size_t bytes_of(const append_request& request) {
    std::size_t bytes = sizeof(append_request) + request.runs.size() * sizeof(run_change);
    for (const run_change& change : request.runs)
        bytes += change.checkpoint.size();
    for (const protocol::event& event : request.events)
        bytes += sizeof(protocol::event) + event.payload_json.size();
    return bytes;
}

std::int64_t stored_bytes(const protocol::event& event) {
    return static_cast<std::int64_t>(event.payload_json.size()) + event_overhead_bytes;
}

std::int64_t stored_bytes(const std::vector<protocol::event>& events) {
    std::int64_t bytes = 0;
    for (const protocol::event& event : events)
        bytes += stored_bytes(event);
    return bytes;
}

std::size_t bytes_of(const listed_thread& thread) {
    const std::size_t of_run = thread.active_run ? thread.active_run->run_id.size() : 0;
    return thread.thread_id.size() + thread.title.size() + of_run;
}

unavailable run_id_taken(std::string_view run_id) {
    return {"the thread has a run " + std::string(run_id) + " already"};
}

unavailable unknown_run(std::string_view run_id) {
    return {"the thread has no run " + std::string(run_id)};
}

}  // namespace clarion::storage
