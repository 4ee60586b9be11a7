#pragma once

#include "core/protocol/server_frames.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// What a person can do about a failure: half a sentence to be put behind it.
namespace clarion::chat {

/// `failure`, and `advice` behind a semicolon if there is any.
std::string with_advice(std::string failure, std::string_view advice);

/// About a connection that was closed with this code (PROTOCOL §6); empty where nothing is to do.
std::string_view advice_on_close(std::uint16_t code);
/// About an upgrade that was refused with this status (PROTOCOL §2).
std::string_view advice_on_status(unsigned http_status);
/// About an `error` frame (PROTOCOL §3).
std::string_view advice_on_error(protocol::server::error_code code);
/// About a dial that failed, by the words of the failure.
std::string_view advice_on_dial(std::string_view failure);

}  // namespace clarion::chat
