#pragma once

#include "core/async/task.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/server_frames.hpp"
#include "core/session/session_link.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::session {

/// A client's frame with what is needed to answer it.
template <class Body>
struct request {
    session_link from;
    std::optional<std::string> id;
    Body body;
};

/// What a session finds at its user's home when it arrives.
struct arrival {
    /// Absent when the log cannot be read now.
    std::optional<std::vector<protocol::server::active_run>> active_runs;
    /// Who answers now; absent: as configured.
    std::optional<std::vector<protocol::server::agent_card>> agents{};
    /// Set: it does not let the session in, which must end so.
    std::optional<closing> refused;
};

/// All of a user's threads, on the user's shard, as a session sees them. Every verb is authorised
/// by its key: (the link's user, the thread named). Replies go through the link, in one FIFO with
/// the events. Called on `where()` only.
class user_home {
public:
    user_home() = default;
    user_home(const user_home&) = delete;
    user_home& operator=(const user_home&) = delete;
    virtual ~user_home() = default;

    virtual executor where() const = 0;

    virtual task<arrival> arrive(session_link link) = 0;
    /// Ends the session's subscriptions. After it nothing more is sent through the link.
    virtual task<> leave(session_link link) = 0;

    virtual task<> message(request<protocol::client::message> asked) = 0;
    virtual task<> subscribe(request<protocol::client::subscribe> asked) = 0;
    virtual task<> unsubscribe(request<protocol::client::unsubscribe> asked) = 0;
    virtual task<> cancel(request<protocol::client::cancel> asked) = 0;
    /// Ends with the error it was answered with, if it was one: whether edited arguments fit is
    /// known here alone, and a bad one counts as the client's offence.
    virtual task<std::optional<protocol::server::error>> approve(
        request<protocol::client::approve> asked
    ) = 0;
    virtual task<> history(request<protocol::client::history> asked) = 0;
    virtual task<> delete_thread(request<protocol::client::delete_thread> asked) = 0;
    /// The same: whether a position exists is known here alone.
    virtual task<std::optional<protocol::server::error>> threads(
        request<protocol::client::threads> asked
    ) = 0;
    virtual task<std::optional<protocol::server::error>> ack(request<protocol::client::ack> asked
    ) = 0;
};

/// Where each user is at home.
class directory {
public:
    virtual ~directory() = default;
    virtual user_home& home_of(std::string_view user_id) = 0;
};

}  // namespace clarion::session
