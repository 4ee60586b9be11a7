#pragma once

#include "core/agents/demo/expression_token.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace clarion::agents::demo {

/// How surely tokens in a row are arithmetic that someone wants computed.
enum class evidence : std::uint8_t {
    none,
    /// Only when they are asked for or make up the whole text.
    needs_request,
    /// Only when they are asked for: alone they are rather a telephone or serial number.
    needs_question,
    clear,
};

/// The rules of expression_finder.hpp; the tokens are not empty and stand in `text`.
[[nodiscard]] evidence weigh(std::string_view text, const std::vector<token>& tokens);

}  // namespace clarion::agents::demo
