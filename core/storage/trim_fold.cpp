#include "core/storage/trim_fold.hpp"

#include "core/storage/append_facts.hpp"

namespace clarion::storage {

using protocol::event_type;

event_facts facts_of(const protocol::event& event) {
    return {event.seq, event.type, event.run_id, event.timestamp_ms, stored_bytes(event)};
}

// A run that began within what is too much goes to its end with it.
bool trim_fold::may_go(const event_facts& event) const {
    if (event.timestamp_ms < keep_.before_ms)
        return true;
    return excess_bytes_ > 0 && (taken_.bytes < excess_bytes_ || !open_runs_.empty());
}

trim_fold::next trim_fold::take(const event_facts& event) {
    if (!may_go(event))
        return next::stop;
    const bool asks = event.type == event_type::user_message;
    if (asks)
        open_runs_.emplace(event.run_id);
    else if (event.type && protocol::is_terminal(*event.type))
        open_runs_.erase(std::string(event.run_id));
    taken_.last_seq = event.seq;
    ++taken_.events;
    taken_.bytes += event.bytes;
    taken_.messages += asks || event.type == event_type::assistant_message ? 1 : 0;
    if (!open_runs_.empty())
        return next::go_on;
    prefix_ = taken_;
    // For its size a thread gives one piece at a time: another one's events may be older.
    const bool for_its_age = event.timestamp_ms < keep_.before_ms;
    return for_its_age && taken_.events < trim_events_per_step ? next::go_on : next::stop;
}

}  // namespace clarion::storage
