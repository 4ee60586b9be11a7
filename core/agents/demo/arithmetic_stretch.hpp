#pragma once

#include "core/agents/demo/expression_lexer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace clarion::agents::demo {

/// What ends a stretch of arithmetic tokens in a person's text.
enum class stretch_edge : std::uint8_t { line, punctuation, prose };

/// Tokens that stand in a row, in the coordinates of the text.
struct arithmetic_stretch {
    std::vector<token> tokens;
    stretch_edge before = stretch_edge::line;
    stretch_edge after = stretch_edge::line;
};

/// Decides which stretches of one text are expressions, by the rules of expression_finder.hpp.
class stretch_judge {
public:
    /// The text must outlive the judge.
    explicit stretch_judge(std::string_view text);

    /// The part of the stretch that is an expression, if it is one.
    [[nodiscard]] std::optional<std::string_view> expression_in(arithmetic_stretch stretch) const;

    /// Whether the words in front of that byte ask for a computation: "what is", "compute", …
    [[nodiscard]] bool asks(std::size_t position) const;

private:
    /// Whether the text has letters and digits only in the stretch.
    [[nodiscard]] bool is_whole(const std::vector<token>& tokens) const;
    [[nodiscard]] bool equals_follows(const std::vector<token>& tokens) const;

    std::string_view text_;
    std::size_t first_word_ = 0;
    std::size_t last_word_ = 0;
};

}  // namespace clarion::agents::demo
