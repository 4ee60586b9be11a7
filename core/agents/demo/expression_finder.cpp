#include "core/agents/demo/expression_finder.hpp"

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/arithmetic_stretch.hpp"
#include "core/agents/demo/expression_lexer.hpp"
#include "core/agents/demo/expression_token.hpp"
#include "core/agents/demo/prose_shape.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace clarion::agents::demo {
namespace {

constexpr std::string_view operator_signs = "+-*/^%()!";

bool is_blank(std::string_view text, std::size_t position) {
    return position >= text.size() || past_blanks(text, position) != position;
}

// Walks over the text line by line and gathers stretches of arithmetic tokens. A *word* is what
// stands between blanks: one that holds anything but arithmetic is prose, all of it.
class prose_scan {
public:
    explicit prose_scan(std::string_view text)
        : text_(text), line_(text), lexer_(text), judge_(text) {}

    std::optional<std::string_view> first_expression() {
        for (std::size_t begin = 0; begin < text_.size() && !found_;) {
            const std::size_t end = std::min(text_.find('\n', begin), text_.size());
            scan_line({begin, end});
            begin = end + 1;
        }
        return found_;
    }

private:
    struct range {
        std::size_t begin;
        std::size_t end;
    };

    void scan_line(range line) {
        line_ = text_.substr(0, line.end);
        lexer_ = expression_lexer(line_);
        begin_stretch(stretch_edge::line, line.begin);
        while (!found_) {
            const token read = lexer_.next();
            if (read.kind == token_kind::end) {
                end_stretch(stretch_edge::line);
                break;
            }
            touches_ = read.begin == read_end_ && !stretch_.tokens.empty();
            if (!touches_) {
                word_first_ = stretch_.tokens.size();
            }
            read_end_ = read.end;
            accept(read);
        }
    }

    void accept(const token& read) {
        switch (read.kind) {
            case token_kind::number:
                accept_number(read);
                break;
            case token_kind::name:
                accepts_name(read) ? keep(read) : skip_word(read);
                break;
            case token_kind::comma:
                accept_comma(read);
                break;
            case token_kind::open:
                ++open_;
                keep(read);
                break;
            case token_kind::close:
                accept_close(read);
                break;
            case token_kind::factorial:
                after_value() ? keep(read) : end_sentence(read);
                break;
            case token_kind::hexadecimal:
                skip_word(read);
                break;
            case token_kind::unknown:
                ends_expression(line_, read) ? end_sentence(read) : skip_word(read);
                break;
            default:
                keep(read);
                break;
        }
    }

    // Numbers that touch ("1.2.3") are a version or an address; those side by side stay together,
    // so that nobody gets a result for the second half of "10 000 * 3".
    void accept_number(const token& read) {
        const bool begins = !touches_ || stretch_.tokens.back().kind == token_kind::open;
        const bool is_label = begins ? reads_as_date(line_, read.begin) : after_value();
        is_label ? skip_word(read) : keep(read);
    }

    bool accepts_name(const token& read) const {
        const std::string_view name = text_of(line_, read);
        if (find_constant(name)) {
            return name.size() > 1 || is_attached(read);
        }
        if (find_function(name) != nullptr) {
            return byte_at(line_, past_blanks(line_, read.end)) == '(';
        }
        return byte_at(line_, read.end) == '(' || is_operand(read);
    }

    // The letter e is a constant where it touches arithmetic or an operator works on it: `e^2`,
    // `2e`, `3 * e`, but not "option e - 3" nor "3 - e is late".
    bool is_attached(const token& read) const {
        return touches_ ||
               operator_signs.find(byte_at(line_, read.end)) != std::string_view::npos ||
               (is_operand(read) && stretch_.tokens.back().kind != token_kind::minus);
    }

    // An unknown name that an operator should work on: "what is 2 * foo?" deserves the answer that
    // foo is unknown. A letter is a variable anywhere, but "2 + 2 - thanks" has a dash.
    bool is_operand(const token& read) const {
        if (stretch_.tokens.empty() || !is_binary(stretch_.tokens.back().kind)) {
            return false;
        }
        constexpr std::string_view followers = "?.!,;=)+-*/^";
        if (!is_blank(line_, read.end) &&
            followers.find(byte_at(line_, read.end)) == std::string_view::npos) {
            return false;
        }
        const std::string_view name = text_of(line_, read);
        if (name.size() == 1) {
            return name != "I" && name != "a";
        }
        return stretch_.tokens.back().kind != token_kind::minus &&
               judge_.asks(stretch_.tokens.front().begin);
    }

    void accept_comma(const token& read) {
        if (lexer_.inside_function()) {
            keep(read);
        } else if (is_digit(byte_at(line_, read.end))) {
            skip_word(read);
        } else {
            end_sentence(read);
        }
    }

    // A parenthesis too many belongs to the prose around, unless arithmetic goes on behind it.
    void accept_close(const token& read) {
        const char next = byte_at(line_, read.end);
        const bool goes_on = touches_ && next != '!' && next != ')' &&
                             operator_signs.find(next) != std::string_view::npos;
        if (open_ == 0 && !goes_on) {
            end_stretch(stretch_edge::prose);
            begin_stretch(stretch_edge::prose, read.end);
            return;
        }
        open_ -= open_ > 0 ? 1 : 0;
        keep(read);
    }

    bool after_value() const {
        return !stretch_.tokens.empty() && ends_value(stretch_.tokens.back().kind);
    }

    void keep(const token& read) { stretch_.tokens.push_back(read); }

    void end_sentence(const token& read) {
        end_stretch(stretch_edge::punctuation);
        begin_stretch(stretch_edge::punctuation, read.end);
    }

    void skip_word(const token& read) {
        std::size_t end = read.end;
        while (!is_blank(line_, end)) {
            ++end;
        }
        stretch_.tokens.resize(word_first_);
        end_stretch(stretch_edge::prose);
        begin_stretch(stretch_edge::prose, end);
    }

    void end_stretch(stretch_edge edge) {
        stretch_.after = edge;
        if (!stretch_.tokens.empty()) {
            found_ = judge_.expression_in(std::move(stretch_));
        }
    }

    void begin_stretch(stretch_edge edge, std::size_t position) {
        stretch_ = {};
        stretch_.before = edge;
        word_first_ = 0;
        open_ = 0;
        read_end_ = position;
        lexer_.restart(position);
    }

    std::string_view text_;
    std::string_view line_;
    expression_lexer lexer_;
    stretch_judge judge_;
    arithmetic_stretch stretch_;
    /// The first of the stretch's tokens that belong to the word being read.
    std::size_t word_first_ = 0;
    std::size_t open_ = 0;
    std::size_t read_end_ = 0;
    /// Whether no blank stands between the token and the one before it.
    bool touches_ = false;
    std::optional<std::string_view> found_;
};

}  // namespace

std::optional<std::string_view> find_expression(std::string_view text) {
    return prose_scan(text).first_expression();
}

}  // namespace clarion::agents::demo
