#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::session {

/// Since when which user's tokens are no longer good (PROTOCOL §7, `/debug/revoke`): one time a
/// user, the latest. Kept until the process ends and, by its owner, in the log; as many as an
/// operator has revoked. Thread-safe.
class revocations {
public:
    /// The user's tokens issued up to this time (Unix ms) are refused from now on. An earlier time
    /// than the known one changes nothing.
    void add(std::string_view user_id, std::int64_t revoked_ms);

    /// Whether a token of the user that was issued then is revoked. One that does not say when is,
    /// as soon as anything of the user's was.
    bool include(std::string_view user_id, std::optional<std::int64_t> issued_ms) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::int64_t, std::less<>> revoked_ms_;
};

}  // namespace clarion::session
