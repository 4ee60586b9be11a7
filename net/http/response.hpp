#pragma once

#include "net/http/header_fields.hpp"
#include "net/http/request.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http {

/// An answer without markup may load nothing and be framed by no one.
inline constexpr std::string_view strictest_policy = "default-src 'none'; frame-ancestors 'none'";

/// An answer as a route makes it. What every answer carries beyond that (length, date, nosniff,
/// no-referrer) is added by `encode`.
struct response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::string content_security_policy = std::string(strictest_policy);
    std::string cache_control = "no-store";
    std::vector<header_field> headers;
};

/// A sentence for a person as text/plain.
[[nodiscard]] response plain_response(unsigned status, std::string_view sentence);

/// 503 with Retry-After.
[[nodiscard]] response unavailable(std::string_view sentence, unsigned retry_after_s);

/// Whether the body goes out, or only its headers (HEAD).
enum class body_part : std::uint8_t { sent, left_out };

/// The bytes of an answer. `wall_ms` is the time for `Date`.
[[nodiscard]] std::string
encode(const response& answer, body_part body, connection_after after, std::int64_t wall_ms);

}  // namespace clarion::http
