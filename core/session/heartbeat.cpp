#include "core/session/heartbeat.hpp"

#include "core/session/line.hpp"

namespace clarion::session {

heartbeat::heartbeat(executor on, line& of, const session_settings& settings)
    : on_(on),
      line_(of),
      interval_(settings.heartbeat_interval),
      timeout_(settings.heartbeat_timeout) {
    if (interval_ > duration(0))
        on_.owner().arm(*this, on_.owner().now() + interval_);
}

heartbeat::~heartbeat() {
    on_.owner().disarm(*this);
}

// A ping is due, or its time-out has passed; the two alternate when the interval is the longer one.
void heartbeat::expired() {
    if (awaits_sign_ && !line_.heard_since(pinged_at_))
        return line_.end({protocol::close_code::no_pong, "nothing came after a ping"});
    const time_point next_ping = pinged_at_ + interval_;
    if (!awaits_sign_ || on_.owner().now() >= next_ping)
        return beat();
    awaits_sign_ = false;
    on_.owner().arm(*this, next_ping);
}

void heartbeat::beat() {
    pinged_at_ = on_.owner().now();
    awaits_sign_ = true;
    line_.ping();
    on_.owner().arm(*this, pinged_at_ + timeout_);
}

}  // namespace clarion::session
