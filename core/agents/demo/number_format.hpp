#pragma once

#include <string>

namespace clarion::agents::demo {

/// Writes a number as a person would: `50`, `0.3` for 0.1 + 0.2, `1.5e+20`.
/// At most 15 significant digits, and only 12 where the value lies within binary noise (four
/// units of epsilon) of what they say; no trailing zeros; `-0` is `0`. Magnitudes from 1e-6 to
/// 1e15 are written without an exponent (whole numbers exactly), others with a signed one without
/// leading zeros. What is not finite comes out as `inf`, `-inf` or `nan`.
[[nodiscard]] std::string format_number(double value);

}  // namespace clarion::agents::demo
