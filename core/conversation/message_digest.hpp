#pragma once

#include "core/protocol/client_frames.hpp"

#include <string>

namespace clarion::conversation {

/// What makes two messages of one id the same: text, agent, metadata (PROTOCOL §3), the metadata
/// as a value and not as it was written.
std::string digest_of(const protocol::client::message& body);

}  // namespace clarion::conversation
