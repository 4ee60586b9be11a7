#pragma once

#include "core/failure/ledger.hpp"
#include "core/metrics/counters.hpp"
#include "core/session/authenticator.hpp"
#include "core/session/established.hpp"
#include "core/session/token_life.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace clarion::session {

/// How many tokens of one session are looked at in a minute: each may cost a few signatures. More
/// are `rate_limited`.
inline constexpr int refreshes_per_minute_max = 60;

/// Answers a session's `refresh` frames (PROTOCOL §3): a good token of the same user takes the
/// place of the one that the session lives by, whichever of them ends later; any other changes
/// nothing. Ends with the session, before what it refers to; connection's shard only.
class token_refresh {
public:
    token_refresh(
        const established& session,
        authenticator& door,
        token_life& life,
        failure::ledger& failures
    )
        : session_(session), door_(door), life_(life), failures_(failures) {}

    /// `refreshed`, or `error` with `unauthorized` (also with authentication off, where there is
    /// nothing to refresh), `forbidden` or `rate_limited`. Nothing when the old token has ended
    /// before the new one was known to be good: the session ends with 4010.
    task<> answer(std::string token, std::optional<std::string> id);

private:
    struct good {
        std::int64_t expires_ms = 0;
    };
    struct bad {
        metrics::refresh_outcome outcome = metrics::refresh_outcome::unauthorized;
        protocol::server::error error;
    };
    using verdict = std::variant<good, bad>;

    task<verdict> judge(std::string token);
    std::optional<bad> too_often(const executor& on);
    bad refuse(protocol::server::error_code code, std::string why) const;
    void report(const std::string& why) const;

    const established& session_;
    authenticator& door_;
    token_life& life_;
    failure::ledger& failures_;
    std::optional<time_point> minute_began_;
    int in_this_minute_ = 0;
};

}  // namespace clarion::session
