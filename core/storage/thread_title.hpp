#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::storage {

inline constexpr std::size_t title_characters_max = 80;  // code points

/// A thread's title out of its first user message: its beginning, with each run of white space and
/// control characters as one blank, none at either end. `text` is valid UTF-8, and so is the title.
std::string title_of(std::string_view text);

}  // namespace clarion::storage
