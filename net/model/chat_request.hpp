#pragma once

#include "core/ports/model.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::model {

/// Whether `stream_options` is sent, which makes a server count tokens; old ones refuse it.
enum class usage_wish : std::uint8_t { stated, left_out };

/// The body of a request for a streamed chat completion. All texts are valid UTF-8.
[[nodiscard]] std::string
chat_request_body(const std::string& model, const ports::model_request& asked, usage_wish wish);

/// A tool's name as servers take it, which want letters, digits, '_' and '-', 64 at most: "__"
/// stands for a dot, '_' for anything else.
[[nodiscard]] std::string wire_name(std::string_view tool_name);

/// True when a refusal is about `stream_options`.
[[nodiscard]] bool is_about_stream_options(unsigned status, const std::string& body);

}  // namespace clarion::model
