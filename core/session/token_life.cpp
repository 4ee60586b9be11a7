#include "core/session/token_life.hpp"

#include "core/protocol/server_frames.hpp"

#include <algorithm>
#include <utility>

namespace clarion::session {

namespace {

// A token's end is a time of the wall clock, and timers run by another clock that stands still
// while a machine sleeps: no wait is trusted for longer than this.
constexpr std::int64_t trusted_wait_ms = 60'000;

}  // namespace

token_life::token_life(executor on, session_link link, std::optional<std::int64_t> expires_ms)
    : on_(on), link_(std::move(link)), expires_ms_(expires_ms) {
    look();
}

token_life::~token_life() {
    on_.owner().disarm(*this);
}

bool token_life::goes_on() {
    look();
    return !ended_;
}

void token_life::renew(std::int64_t expires_ms) {
    expires_ms_ = expires_ms;
    warned_ = false;
    look();
}

void token_life::look() {
    if (!expires_ms_ || ended_)
        return;
    const std::int64_t left_ms = *expires_ms_ - on_.owner().wall_ms();
    if (left_ms <= 0) {
        ended_ = true;
        return link_.end({protocol::close_code::token_expired, "the token has expired"});
    }
    const bool is_near = left_ms <= token_warning_ms;
    if (is_near && !std::exchange(warned_, true))
        link_.send_text(protocol::to_frame(protocol::server::token_expiring{*expires_ms_}));
    const std::int64_t next_ms = is_near ? left_ms : left_ms - token_warning_ms;
    const milliseconds wait(std::min(next_ms, trusted_wait_ms));
    on_.owner().arm(*this, on_.owner().now() + wait);
}

}  // namespace clarion::session
