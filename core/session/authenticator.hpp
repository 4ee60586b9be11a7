#pragma once

#include "core/async/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace clarion::session {

struct authenticated {
    std::string user_id;
    /// Unix ms; the session ends then (4010). Absent: it never expires.
    std::optional<std::int64_t> expires_ms = std::nullopt;
    /// Unix ms, when the credential says so: what a revocation is compared with.
    std::optional<std::int64_t> issued_ms = std::nullopt;
};
struct not_authenticated {
    /// A sentence for the close frame (4500), without the credential.
    std::string reason;
};
using authentication = std::variant<authenticated, not_authenticated>;

/// Says who is calling. The connection's shard; may suspend, the frames that come in meanwhile are
/// held.
class authenticator {
public:
    authenticator() = default;
    authenticator(const authenticator&) = delete;
    authenticator& operator=(const authenticator&) = delete;
    virtual ~authenticator() = default;

    /// Whether a session needs a token at all. Without one it is `?user=` or `local`.
    enum class policy { open, token };
    virtual policy asks_for() const = 0;
    virtual task<authentication> check(std::string token) = 0;
    /// Whom a credential of the upgrade makes without any token being asked for: a session of the
    /// server's own, once. Nothing for everybody else.
    virtual std::optional<authenticated> recognise(const std::string& /*credential*/) {
        return std::nullopt;
    }
    /// Whether what `check` said still holds, after a wait: a revocation may have come meanwhile.
    /// A sentence when it does not; a door that nothing can change in has none.
    virtual std::optional<std::string> objection_to(const authenticated& /*who*/) const {
        return std::nullopt;
    }
};

/// `--auth none`: everybody is who they say they are. Only safe where only one person can connect.
class open_door final : public authenticator {
public:
    policy asks_for() const override { return policy::open; }
    task<authentication> check(std::string token) override;
};

}  // namespace clarion::session
