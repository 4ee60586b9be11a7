#pragma once

#include "core/protocol/server_frames.hpp"

#include <optional>
#include <string_view>

namespace clarion::metrics {

/// The code of an `error` frame as `protocol::to_frame` writes it; nothing for any other frame.
/// Error frames are counted as they go out, so that nobody who makes one can forget it.
std::optional<protocol::server::error_code> code_of_error_frame(std::string_view frame);

}  // namespace clarion::metrics
