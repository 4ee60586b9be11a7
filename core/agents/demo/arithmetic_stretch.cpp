#include "core/agents/demo/arithmetic_stretch.hpp"

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/expression_lexer.hpp"
#include "core/agents/demo/expression_token.hpp"
#include "core/agents/demo/stretch_evidence.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::agents::demo {
namespace {

using token_list = std::vector<token>;

constexpr std::array<std::string_view, 24> asking{
    "what is",  "what's",  "what’s",   "whats",     "what are",  "what does", "what do", "much is",
    "much are", "many is", "many are", "much does", "compute",   "calculate", "calc",    "evaluate",
    "eval",     "solve",   "equals",   "value of",  "result of", "give me",   "tell me", "work out",
};

bool is_word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

enum class fit : std::uint8_t { keeps, rejected };

// An operator in front, other than the sign of a number, lacks its left side: prose has eaten it
// ("apples + 2 * 3"), or it is the bullet of a list.
fit trim_front(arithmetic_stretch& stretch) {
    token_list& tokens = stretch.tokens;
    const auto begins = std::ranges::find_if(tokens, [&](const token& read) {
        const bool last = &read == &tokens.back();
        const bool signs = is_sign(read.kind) && !last && touch(read, *std::next(&read));
        return signs || !is_binary(read.kind);
    });
    if (begins == tokens.begin()) {
        return fit::keeps;
    }
    if (stretch.before != stretch_edge::line) {
        return fit::rejected;
    }
    tokens.erase(tokens.begin(), begins);
    return fit::keeps;
}

void trim_exclamation(token_list& tokens) {
    std::size_t marks = 0;
    while (marks < tokens.size() && tokens[tokens.size() - 1 - marks].kind == token_kind::factorial
    ) {
        ++marks;
    }
    if (marks > 1) {
        tokens.resize(tokens.size() - marks);
    }
}

// `**2+2**` is bold, not a power.
void trim_emphasis(token_list& tokens) {
    const auto emphasizes = [](token_kind kind) {
        return kind == token_kind::times || kind == token_kind::power;
    };
    if (tokens.size() > 2 && emphasizes(tokens.front().kind) &&
        tokens.front().kind == tokens.back().kind && touch(tokens[0], tokens[1]) &&
        touch(tokens[tokens.size() - 2], tokens.back())) {
        tokens.pop_back();
        tokens.erase(tokens.begin());
    }
}

// Where prose follows, an open end is not the person's: a dash may be one between sentences, but
// what another operator or a function should work on is lost.
fit trim_back(std::string_view text, token_list& tokens) {
    while (!tokens.empty() && tokens.back().kind == token_kind::open) {
        tokens.pop_back();
    }
    if (tokens.size() < 2) {
        return fit::keeps;
    }
    const token last = tokens.back();
    const std::string_view written = text_of(text, last);
    if (written == "-" || written == "–") {
        tokens.pop_back();
        return touch(tokens.back(), last) ? fit::rejected : fit::keeps;
    }
    const bool lost = is_binary(last.kind) || find_function(written) != nullptr;
    return lost ? fit::rejected : fit::keeps;
}

// Prose behind an open parenthesis has eaten a part of what stands in it.
fit check_balance(const token_list& tokens) {
    const auto opened = std::ranges::count(tokens, token_kind::open, &token::kind);
    const auto closed = std::ranges::count(tokens, token_kind::close, &token::kind);
    return opened > closed ? fit::rejected : fit::keeps;
}

}  // namespace

stretch_judge::stretch_judge(std::string_view text) : text_(text) {
    const auto first = std::ranges::find_if(text, is_word_byte);
    first_word_ = static_cast<std::size_t>(first - text.begin());
    const auto last = std::find_if(text.rbegin(), text.rend(), is_word_byte);
    last_word_ = static_cast<std::size_t>(text.rend() - last);
}

bool stretch_judge::is_whole(const std::vector<token>& tokens) const {
    return tokens.front().begin <= first_word_ && tokens.back().end >= last_word_;
}

bool stretch_judge::equals_follows(const std::vector<token>& tokens) const {
    return text_.substr(past_blanks(text_, tokens.back().end)).starts_with('=');
}

bool stretch_judge::asks(std::size_t position) const {
    constexpr std::size_t bytes_max = 64;
    const std::size_t begin = position > bytes_max ? position - bytes_max : 0;
    std::string words;
    for (const char c : text_.substr(begin, position - begin)) {
        const bool blank = !is_word_byte(c) && c != '\'';
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (!blank) {
            words += lower;
        } else if (!words.ends_with(' ')) {
            words += ' ';
        }
    }
    words.resize(words.find_last_not_of(" '") + 1);
    return std::ranges::any_of(asking, [&](std::string_view phrase) {
        return words.ends_with(phrase) &&
               (words.size() == phrase.size() || words[words.size() - phrase.size() - 1] == ' ');
    });
}

std::optional<std::string_view> stretch_judge::expression_in(arithmetic_stretch stretch) const {
    token_list& tokens = stretch.tokens;
    trim_exclamation(tokens);
    trim_emphasis(tokens);
    if (tokens.empty()) {
        return std::nullopt;
    }
    const bool asked = asks(tokens.front().begin) || equals_follows(tokens);
    const bool whole = is_whole(tokens);
    if (!asked && !whole && trim_front(stretch) == fit::rejected) {
        return std::nullopt;
    }
    if (stretch.after == stretch_edge::prose &&
        (trim_back(text_, tokens) == fit::rejected || check_balance(tokens) == fit::rejected)) {
        return std::nullopt;
    }
    if (tokens.empty()) {
        return std::nullopt;
    }
    const evidence found = weigh(text_, tokens);
    const bool requested = asked || (whole && found != evidence::needs_question);
    if (found == evidence::clear || (found != evidence::none && requested)) {
        return text_.substr(tokens.front().begin, tokens.back().end - tokens.front().begin);
    }
    return std::nullopt;
}

}  // namespace clarion::agents::demo
