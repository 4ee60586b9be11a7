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

}  // namespace clarion::agents::model
