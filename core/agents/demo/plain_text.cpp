#include "core/agents/demo/plain_text.hpp"

#include "core/agents/demo/expression.hpp"
#include "core/agents/demo/expression_finder.hpp"
#include "core/agents/demo/time_question.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace clarion::agents::demo {

namespace {

constexpr std::string_view blanks = " \t\r\n";

bool same_letter(char a, char b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return lower(a) == lower(b);
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
}

/// Takes `word` off the front of `text`, with the blanks behind it, when it stands there whole.
bool take_word(std::string_view& text, std::string_view word) {
    if (text.size() < word.size() ||
        !std::ranges::equal(text.substr(0, word.size()), word, same_letter))
        return false;
    if (text.size() > word.size() && is_letter_or_digit(text[word.size()]))
        return false;
    text.remove_prefix(word.size());
    skip_blanks(text);
    return true;
}

void take_sign(std::string_view& text, char sign) {
    if (text.starts_with(sign))
        text.remove_prefix(1);
    skip_blanks(text);
}

/// Without the signs that end a sentence and without quotes around the whole.
std::string_view bare(std::string_view text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> quotes{{
        {"\"", "\""},
        {"'", "'"},
        {"“", "”"},
        {"„", "“"},
    }};
    const std::size_t last = text.find_last_not_of(" \t\r\n?!.");
    text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
    for (const auto& [open, close] : quotes)
        if (text.size() > open.size() + close.size() && text.starts_with(open) &&
            text.ends_with(close))
            return text.substr(open.size(), text.size() - open.size() - close.size());
    return text;
}

}  // namespace

std::optional<std::string> searched_text(std::string_view text) {
    skip_blanks(text);
    if (take_word(text, "please"))
        take_sign(text, ',');
    if (!take_word(text, "search") && !take_word(text, "find"))
        return std::nullopt;
    take_word(text, "for");
    take_sign(text, ':');
    const std::string_view wanted = bare(text);
    if (wanted.empty())
        return std::nullopt;
    return std::string(wanted);
}

command understand(std::string_view text) {
    std::string_view begun = text;
    skip_blanks(begun);
    if (begun.starts_with('/'))
        return parse_command(begun);
    if (auto wanted = searched_text(text))
        return search{*std::move(wanted)};
    if (const auto expression = find_expression(text))
        return calculate{std::string(*expression)};
    if (asks_for_time(text))
        return tell_time{};
    return measure_text{std::string(text)};
}

}  // namespace clarion::agents::demo
