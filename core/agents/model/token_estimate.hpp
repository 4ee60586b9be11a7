#pragma once

#include "core/ports/model.hpp"

#include <cstdint>
#include <string_view>

namespace clarion::agents::model {

/// How many tokens a text is about: four ASCII bytes a token, one token for any other character.
/// Within a factor of two for the tokenizers in use.
[[nodiscard]] std::int64_t estimate_tokens(std::string_view text) noexcept;

/// The same for a message with its calls and what goes around it.
[[nodiscard]] std::int64_t estimate_tokens(const ports::model_message& message) noexcept;
[[nodiscard]] std::int64_t estimate_tokens(const ports::offered_tool& tool) noexcept;

/// What no tokenizer in use stays below for a text that is written by people: eight ASCII bytes a
/// token, five characters of two bytes, three of more. A server that counts less has left some out.
[[nodiscard]] std::int64_t least_tokens(std::string_view text) noexcept;
[[nodiscard]] std::int64_t least_tokens(const ports::model_request& asked) noexcept;

}  // namespace clarion::agents::model
