#pragma once

#include "net/http/header_fields.hpp"
#include "net/http/response.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::http {

/// Whether the server answers under its own names only. On with authentication off, unless the
/// operator said --insecure: then nothing but these names keeps foreign web pages out.
enum class own_names_only : std::uint8_t { off, on };

/// Whether a request's word on who sent it on was taken, because it comes from a trusted proxy.
enum class forwarding : std::uint8_t { unknown, trusted };

/// Who may call (PROTOCOL §2.1).
struct origin_policy {
    own_names_only names = own_names_only::on;
    /// `scheme://host[:port]`, as browsers send them.
    std::vector<std::string> allowed_origins;
};

/// The answer to a request that must not be served; nothing when it may be. Decides from the
/// headers alone: 400 without exactly one well-formed Host; with `own_names_only`, 403 for a Host
/// other than localhost, 127.0.0.1, [::1] or the host of an allowed origin (DNS rebinding) and for
/// a request that came through a proxy, unless that is a trusted one; 403 for an Origin that is
/// neither absent, nor the server's own, nor allowed.
[[nodiscard]] std::optional<response> refused_origin(
    const header_fields& headers,
    const origin_policy& policy,
    forwarding by = forwarding::unknown
);

}  // namespace clarion::http
