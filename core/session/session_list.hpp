#pragma once

#include "core/session/session_link.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace clarion::session {

/// One session for an operator.
struct session_report {
    std::string connection_id;
    std::string user_id;
    std::string remote_address;
    /// Unix ms of its `welcome`.
    std::int64_t since_ms = 0;
    std::size_t outbox_bytes = 0;
    /// Since the client's last frame of any kind.
    std::int64_t silent_ms = 0;
};

/// The established sessions of one shard; one a shard (`scheduler::own`).
class session_list {
public:
    /// One session, listed as long as this object lives.
    class place : public boost::intrusive::list_base_hook<> {
    public:
        place(const executor& on, const session_link& link, std::string remote_address);
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place();

    private:
        friend class session_list;
        session_list& in_;
        const session_link& link_;
        std::string remote_address_;
        std::int64_t since_ms_;
    };

    std::size_t size() const { return places_.size(); }
    /// Their connection ids, oldest first.
    std::vector<std::string> connection_ids() const;
    /// Oldest first, at most `sessions_max`.
    std::vector<session_report> reports(std::size_t sessions_max) const;

private:
    boost::intrusive::list<place> places_;
};

}  // namespace clarion::session
