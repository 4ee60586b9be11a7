#pragma once

#include "core/agents/demo/expression_token.hpp"

#include <cstddef>
#include <string_view>

namespace clarion::agents::demo {

/// Whether a date with a year of four digits stands at the position, alone in its word:
/// `2026-11-21`, `2026/1/2`, `21-11-2026`, `10/2/2026`.
[[nodiscard]] bool reads_as_date(std::string_view text, std::size_t position);

/// Whether an `unknown` token may touch an expression without being a part of it: the marks that
/// end, quote or equate, and what scripts without blanks between words put there. Anything else,
/// as `$`, `_`, `²` or `@`, makes its whole word prose.
[[nodiscard]] bool ends_expression(std::string_view text, const token& mark);

}  // namespace clarion::agents::demo
