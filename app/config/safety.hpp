#pragma once

#include "app/config/settings.hpp"

#include <optional>
#include <string>

namespace clarion::app {

/// The line that refuses to start with settings that do not go together, or that would let in whom
/// nobody meant to; nothing when they are sound. Looks whether the files of the certificate and the
/// secret can be used, and at nothing else outside.
[[nodiscard]] std::optional<std::string> unsafe_settings(const settings& checked);

}  // namespace clarion::app
