#pragma once

#include "core/agents/demo/expression_token.hpp"

#include <cstddef>
#include <string_view>

namespace clarion::agents::demo {

/// Cuts arithmetic into tokens, in linear time. What a token means depends on what stands before
/// it, so the lexer remembers whether that was a value: only then are `x` and the words `plus`,
/// `minus`, `times`, `multiplied by`, `divided by`, `mod`, `modulo`, `percent of`,
/// `to the power of`, `squared` and `cubed` operators, not names. In front of a number `of`
/// multiplies: `1/3 of 90`.
///
/// `x` multiplies only in front of a value: `3 x 4`, `3x4`, `3 x -4`, but not `2x + 1`, which is
/// algebra. A comma groups thousands in `1,000` (groups of three behind one to three digits, no
/// leading zero); anywhere between the parentheses of a function it separates arguments, so
/// `max(1,000)` has two.
class expression_lexer {
public:
    /// The text must outlive the lexer.
    explicit expression_lexer(std::string_view text) : text_(text) {}

    /// The next token; `end` for ever once the text is used up.
    [[nodiscard]] token next();

    /// Goes on at that byte as if the text began there.
    void restart(std::size_t position);

    /// Whether a comma here would separate the arguments of a function.
    [[nodiscard]] bool inside_function() const { return in_function_; }

private:
    [[nodiscard]] token scan() const;
    [[nodiscard]] token number() const;
    [[nodiscard]] token word() const;
    [[nodiscard]] token symbol() const;
    [[nodiscard]] token make(token_kind kind, std::size_t bytes) const;
    [[nodiscard]] bool multiplies() const;
    [[nodiscard]] bool takes_a_part() const;
    void remember(const token& read);

    std::string_view text_;
    std::size_t position_ = 0;
    bool after_value_ = false;
    bool after_function_ = false;
    std::size_t open_ = 0;
    /// How many parentheses were open in front of the outermost function's; its own makes one more.
    std::size_t function_at_ = 0;
    bool in_function_ = false;
};

/// The first byte from `position` on that is no blank (ASCII white space, no-break space).
[[nodiscard]] std::size_t past_blanks(std::string_view text, std::size_t position);

/// Bytes of the UTF-8 sequence at `position`, 0 when there is none.
[[nodiscard]] std::size_t code_point_bytes(std::string_view text, std::size_t position);

}  // namespace clarion::agents::demo
