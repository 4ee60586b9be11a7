#include "core/session/session_list.hpp"

#include <chrono>
#include <utility>

namespace clarion::session {

session_list::place::place(const executor& on, const session_link& link, std::string remote_address)
    : in_(on.owner().own<session_list>()),
      link_(link),
      remote_address_(std::move(remote_address)),
      since_ms_(on.owner().wall_ms()) {
    in_.places_.push_back(*this);
}

session_list::place::~place() {
    in_.places_.erase(in_.places_.iterator_to(*this));
}

std::vector<std::string> session_list::connection_ids() const {
    std::vector<std::string> all;
    all.reserve(places_.size());
    for (const place& one : places_)
        all.push_back(one.link_.connection_id());
    return all;
}

std::vector<session_report> session_list::reports(std::size_t sessions_max) const {
    std::vector<session_report> all;
    for (const place& one : places_) {
        if (all.size() == sessions_max)
            break;
        session_report& shown = all.emplace_back();
        shown.connection_id = one.link_.connection_id();
        shown.user_id = one.link_.user_id();
        shown.remote_address = one.remote_address_;
        shown.since_ms = one.since_ms_;
        shown.outbox_bytes = one.link_.outbox_bytes();
        const duration silent = one.link_.silent_for();
        shown.silent_ms = std::chrono::duration_cast<milliseconds>(silent).count();
    }
    return all;
}

}  // namespace clarion::session
