#pragma once

#include <string>
#include <string_view>

namespace clarion::app {

inline constexpr std::string_view version = "0.1.0";

/// The commit it was built from, when the build knew it.
std::string_view build_id();

/// `clarion/0.1.0`, as in `welcome.server`.
inline std::string server_name() {
    return "clarion/" + std::string(version);
}

}  // namespace clarion::app
