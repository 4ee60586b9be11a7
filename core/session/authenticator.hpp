#pragma once

#include "core/async/task.hpp"

#include <optional>
#include <string>
#include <variant>

namespace clarion::session {

struct authenticated {
    std::string user_id;
};
struct not_authenticated {
    /// A sentence for the close frame (4500).
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
};

/// `--auth none`: everybody is who they say they are. Only safe where only one person can connect.
class open_door final : public authenticator {
public:
    policy asks_for() const override { return policy::open; }
    task<authentication> check(std::string token) override;
};

}  // namespace clarion::session
