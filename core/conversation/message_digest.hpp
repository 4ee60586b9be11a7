#pragma once

#include "core/engine/sha256.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/json_writer.hpp"

#include <string>

namespace clarion::conversation {

/// What makes two messages of one id the same: text, agent, metadata (PROTOCOL §3).
inline std::string digest_of(const protocol::client::message& body) {
    std::string content;
    protocol::object_writer writer(content);
    writer("text", body.text);
    writer("agent", body.agent);
    writer("metadata", body.metadata);
    writer.end();
    return engine::sha256_hex(content);
}

}  // namespace clarion::conversation
