#include "core/agents/demo/prose_shape.hpp"

#include "core/agents/demo/expression_lexer.hpp"
#include "core/agents/demo/expression_token.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace clarion::agents::demo {
namespace {

constexpr std::array<std::string_view, 15>
    sentence_marks{";", "?", "=", "\"", "'", "`", "“", "”", "‘", "’", "…", "«", "»", "¿", "¡"};

// Scripts that put no blanks between words, from CJK punctuation to Hangul (U+3000 to U+D7FF),
// full-width ！，：？, and emoji: they end an expression as a blank does.
bool is_unspaced_script(std::string_view mark) {
    const auto byte = [&](std::size_t offset) {
        return static_cast<unsigned char>(mark[offset]);
    };
    if (mark.size() == 3) {
        return (byte(0) >= 0xE3 && byte(0) <= 0xED) || mark == "！" || mark == "，" ||
               mark == "：" || mark == "？";
    }
    return mark.size() == 4 && byte(1) == 0x9F;
}

std::size_t past_digits(std::string_view text, std::size_t position) {
    while (is_digit(byte_at(text, position))) {
        ++position;
    }
    return position;
}

// A number that a date may hold: four digits for a year, or 1 to 31.
struct date_part {
    std::size_t end = 0;
    bool year = false;
    bool day = false;
};

date_part read_date_part(std::string_view text, std::size_t position) {
    const std::size_t end = past_digits(text.substr(0, position + 5), position);
    const std::size_t digits = end - position;
    date_part part{.end = end, .year = digits == 4, .day = false};
    if (digits == 1 || digits == 2) {
        const int tens = digits == 2 ? text[position] - '0' : 0;
        const int number = tens * 10 + (text[end - 1] - '0');
        part.day = number >= 1 && number <= 31;
    }
    return part;
}

}  // namespace

bool reads_as_date(std::string_view text, std::size_t position) {
    const date_part first = read_date_part(text, position);
    const char sign = byte_at(text, first.end);
    if (sign != '-' && sign != '/') {
        return false;
    }
    const date_part second = read_date_part(text, first.end + 1);
    if (!second.day || byte_at(text, second.end) != sign) {
        return false;
    }
    const date_part third = read_date_part(text, second.end + 1);
    const char next = byte_at(text, third.end);
    if (is_digit(next) || is_letter(next) || next == '-' || next == '/') {
        return false;
    }
    return (first.year && third.day) || (first.day && third.year);
}

bool ends_expression(std::string_view text, const token& mark) {
    const std::string_view written = text_of(text, mark);
    const char next = byte_at(text, mark.end);
    if (written == ".") {
        return !is_letter(next) && !is_digit(next);
    }
    if (written == ":") {
        return mark.end == text.size() || past_blanks(text, mark.end) != mark.end;
    }
    return std::ranges::find(sentence_marks, written) != sentence_marks.end() ||
           is_unspaced_script(written);
}

}  // namespace clarion::agents::demo
