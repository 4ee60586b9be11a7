#pragma once

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/expression.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::agents::demo {

/// The pieces of an expression_error's sentence.

/// ` at character 7`: characters, not bytes, counted from 1.
[[nodiscard]] std::string at_character(std::string_view text, std::size_t offset);

/// A token, which is valid UTF-8, in quotes; cut when it is long.
[[nodiscard]] std::string quoted(std::string_view token);

/// The first character of `rest` in quotes, or `byte 0xff` for what cannot be shown.
[[nodiscard]] std::string quoted_character(std::string_view rest);

/// `at least 1 argument`, `2 arguments`.
[[nodiscard]] std::string arguments_wanted(const arithmetic_function& function);

[[nodiscard]] expression_error_kind kind_of(arithmetic_fault fault);
[[nodiscard]] std::string sentence_of(arithmetic_fault fault);

}  // namespace clarion::agents::demo
