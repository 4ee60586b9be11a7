#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::agents {

/// Which part of a text to quote: about `bytes_max` bytes that hold the byte `place`.
struct excerpt_window {
    std::size_t place = 0;
    std::size_t bytes_max = 0;
};

/// One line out of a UTF-8 text, to quote it, in whole characters: runs of blanks and line ends
/// folded to one space, "…" where text is left out.
[[nodiscard]] std::string excerpt_at(std::string_view text, excerpt_window shown);

/// The same from the text's beginning.
[[nodiscard]] inline std::string excerpt(std::string_view text, std::size_t bytes_max) {
    return excerpt_at(text, {0, bytes_max});
}

}  // namespace clarion::agents
