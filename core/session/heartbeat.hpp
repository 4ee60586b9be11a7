#pragma once

#include "core/async/executor.hpp"
#include "core/async/timer_queue.hpp"
#include "core/session/session_settings.hpp"

namespace clarion::session {

class line;

/// Pings a session's peer at `heartbeat_interval` and ends the session with 4009 when nothing came
/// within `heartbeat_timeout` after a ping (PROTOCOL §6). Lives as long as the session; an interval
/// of 0 means none. The connection's shard only.
class heartbeat final : private timer_entry {
public:
    heartbeat(executor on, line& of, const session_settings& settings);
    ~heartbeat() override;

private:
    void expired() override;
    void beat();

    executor on_;
    line& line_;
    const duration interval_;
    const duration timeout_;
    time_point pinged_at_;
    bool awaits_sign_ = false;  // since `pinged_at_`
};

}  // namespace clarion::session
