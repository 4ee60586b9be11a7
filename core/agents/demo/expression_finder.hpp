#pragma once

#include <optional>
#include <string_view>

namespace clarion::agents::demo {

/// The first arithmetic expression in what a person wrote, as a view into `text` for `evaluate`:
/// `(17+3)*2.5` in "what is (17+3)*2.5?". Linear in the text, of any size, on any bytes.
///
/// Clearly arithmetic are an operator between values, a word operator included, and a function
/// called with a number; such a stretch is found even when it is malformed (`2+*3`), so that
/// `evaluate` can name the error. Not arithmetic are numbers alone, dates (`2026-11-21`, also
/// `10/2/2026`), times, versions, addresses, and any word with letters or signs that arithmetic
/// does not have. An expression ends at the end of its line, at an equals sign and where prose
/// begins; one that prose cuts in half (`2 + 3 * apples`) is not found.
///
/// What may be arithmetic or something else is arithmetic only when it is asked for ("what is …",
/// "compute …"), when an equals sign follows, or when the text holds nothing else:
///   - numbers joined by `-`, `/` or `x` without spaces and nothing more (`3-5`, `24/7`, `2x4`),
///     and `a - b` with a below b, which reads as a range;
///   - `5!`, `5 squared`, `2pi`, `2(3)`, and an operator with nothing behind it (`2+`);
///   - what holds an unknown name (`foo(3)+2`, `2*y`), a percent sign (`20% + 1`), `of` between
///     numbers (`2 of 3`), or numbers side by side (`10 000 * 3`).
/// The last of the three reasons is not enough where telephone and serial numbers look the same:
/// `555-1234` (three digits or more on both sides), `1-800-5550`, `030-12`.
/// One `!` is a factorial wherever it stands, two are the end of a sentence.
[[nodiscard]] std::optional<std::string_view> find_expression(std::string_view text);

}  // namespace clarion::agents::demo
