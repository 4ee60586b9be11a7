#pragma once

#include "core/async/executor.hpp"
#include "core/async/timer_queue.hpp"
#include "core/session/session_link.hpp"

#include <cstdint>
#include <optional>

namespace clarion::session {

/// So long before the end the client hears `token_expiring` (PROTOCOL §6).
inline constexpr std::int64_t token_warning_ms = 60'000;

/// What a session's token allows in time: says `token_expiring` once when its end is near, at once
/// when it is near from the start, and ends the session with 4010 when it has come. Another token
/// may take its place. Ends with the session; connection's shard only.
class token_life final : public timer_entry {
public:
    /// Without an end it does nothing.
    token_life(executor on, session_link link, std::optional<std::int64_t> expires_ms);
    ~token_life() override;

    void expired() override { look(); }

    /// False once the time has come and the session ends by it, if only because nobody has looked
    /// since.
    bool goes_on();
    /// The session lives by another token from now on, whether that ends later or earlier. Only
    /// while it goes on.
    void renew(std::int64_t expires_ms);

private:
    void look();

    executor on_;
    session_link link_;
    std::optional<std::int64_t> expires_ms_;
    bool warned_ = false;
    bool ended_ = false;
};

}  // namespace clarion::session
