#pragma once

#include <optional>
#include <string>
#include <string_view>

// The base64url of RFC 4648 section 5 without padding, as JWS writes it (RFC 7515 section 2).
namespace clarion::session {

std::string to_base64url(std::string_view bytes);

/// The bytes; nothing unless `text` is the one spelling that `to_base64url` has for them: no
/// padding, no other alphabet, no left-over bits that are set.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace clarion::session
