#pragma once

#include "core/session/inbox.hpp"
#include "core/session/session_link.hpp"
#include "core/session/user_home.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace clarion::session {

struct accept_request;
class established;

/// The handshake ended without a session.
struct not_established {
    session_end why;
};
using accepted = std::variant<established, not_established>;

/// A connection whose handshake is complete, bound to one user, its `welcome` on its way. Only this
/// type can receive, and only `accept` makes it: no message can be handled before the handshake has
/// ended, because no object exists that could.
class established {
public:
    established(established&&) noexcept = default;
    established& operator=(established&&) = delete;
    established(const established&) = delete;
    established& operator=(const established&) = delete;
    ~established() = default;

    /// The next client frame as text; nothing when the session has ended, as `end` says.
    task<std::optional<std::string>> receive() { return inbox_->take(); }
    const session_end& end() const { return *inbox_->ended(); }

    const session_link& link() const { return link_; }
    const std::string& user_id() const { return link_.user_id(); }
    /// Unix ms; the session ends then. Absent: it never expires.
    std::optional<std::int64_t> expires_ms() const { return expires_ms_; }
    user_home& home() const { return *home_; }

private:
    friend task<accepted> accept(accept_request with);
    established(
        inbox& from,
        session_link link,
        std::optional<std::int64_t> expires_ms,
        user_home& home
    )
        : inbox_(&from), link_(std::move(link)), expires_ms_(expires_ms), home_(&home) {}

    inbox* inbox_;
    session_link link_;
    std::optional<std::int64_t> expires_ms_;
    user_home* home_;
};

}  // namespace clarion::session
