#include "core/agents/demo/expression_lexer.hpp"

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/expression_token.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

namespace clarion::agents::demo {
namespace {

bool is_hexadecimal(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool continues_name(char c) {
    return is_letter(c) || is_digit(c) || c == '_';
}
bool is_sign_byte(char c) {
    return c == '+' || c == '-';
}

struct spelling {
    std::string_view text;
    token_kind kind;
};

// Longer spellings stand before their own beginnings.
constexpr std::array symbols{
    spelling{"**", token_kind::power},
    spelling{"+", token_kind::plus},
    spelling{"-", token_kind::minus},
    spelling{"−", token_kind::minus},
    spelling{"–", token_kind::minus},
    spelling{"*", token_kind::times},
    spelling{"×", token_kind::times},
    spelling{"·", token_kind::times},
    spelling{"⋅", token_kind::times},
    spelling{"/", token_kind::divide},
    spelling{"÷", token_kind::divide},
    spelling{"^", token_kind::power},
    spelling{"!", token_kind::factorial},
    spelling{"(", token_kind::open},
    spelling{")", token_kind::close},
    spelling{",", token_kind::comma},
    spelling{"π", token_kind::name},
    spelling{"τ", token_kind::name},
};

constexpr std::array phrases{
    spelling{"plus", token_kind::plus},
    spelling{"minus", token_kind::minus},
    spelling{"times", token_kind::times},
    spelling{"multiplied by", token_kind::times},
    spelling{"divided by", token_kind::divide},
    spelling{"mod", token_kind::remainder},
    spelling{"modulo", token_kind::remainder},
    spelling{"percent of", token_kind::percent_of},
    spelling{"to the power of", token_kind::power},
    spelling{"squared", token_kind::squared},
    spelling{"cubed", token_kind::cubed},
};

constexpr std::string_view part_of = "of";

// Bytes that the phrase takes at the position, in any letter case and with any blanks between its
// words; 0 when it is not there.
std::size_t phrase_bytes(std::string_view text, std::size_t position, std::string_view phrase) {
    std::size_t read = position;
    for (const char wanted : phrase) {
        if (wanted == ' ') {
            const std::size_t past = past_blanks(text, read);
            if (past == read) {
                return 0;
            }
            read = past;
        } else if (is_letter(byte_at(text, read)) && (byte_at(text, read) | 0x20) == wanted) {
            ++read;
        } else {
            return 0;
        }
    }
    const char next = byte_at(text, read);
    return is_letter(next) || next == '_' ? 0 : read - position;
}

std::size_t past_digits(std::string_view text, std::size_t position) {
    while (is_digit(byte_at(text, position))) {
        ++position;
    }
    return position;
}

bool is_group_of_thousands(std::string_view text, std::size_t position) {
    return byte_at(text, position) == ',' && past_digits(text, position + 1) == position + 4;
}

std::size_t past_thousands(std::string_view text, std::size_t begin, std::size_t position) {
    if (position - begin > 3 || byte_at(text, begin) == '0') {
        return position;
    }
    while (is_group_of_thousands(text, position)) {
        position += 4;
    }
    return position;
}

std::size_t past_exponent(std::string_view text, std::size_t position) {
    if ((byte_at(text, position) | 0x20) != 'e') {
        return position;
    }
    const std::size_t digits = position + (is_sign_byte(byte_at(text, position + 1)) ? 2U : 1U);
    return is_digit(byte_at(text, digits)) ? past_digits(text, digits) : position;
}

// from_chars says "out of range" of the too large and of the too small alike: what is below one
// is too small. `digits` is an unsigned decimal without separators.
bool is_below_one(std::string_view digits) {
    const std::size_t mark = std::min(digits.find_first_of("eE"), digits.size());
    const std::string_view mantissa = digits.substr(0, mark);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t first = mantissa.find_first_of("123456789");
    if (first == std::string_view::npos) {
        return true;
    }
    // Of 12.3 it is 1, of 0.012 it is -2.
    const long long magnitude = first < point ? static_cast<long long>(point - first) - 1
                                              : -static_cast<long long>(first - point);
    std::string_view written = digits.substr(std::min(mark + 1, digits.size()));
    written.remove_prefix(byte_at(written, 0) == '+' ? 1 : 0);
    long long exponent = 0;
    const auto read = std::from_chars(written.data(), written.data() + written.size(), exponent);
    if (read.ec == std::errc::result_out_of_range) {
        return byte_at(written, 0) == '-';
    }
    return exponent < -magnitude;
}

double number_value(std::string_view text) {
    std::string digits;
    std::ranges::remove_copy(text, std::back_inserter(digits), ',');
    double value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec == std::errc::result_out_of_range) {
        return is_below_one(digits) ? 0.0 : std::numeric_limits<double>::infinity();
    }
    return value;
}

std::size_t blank_bytes(std::string_view text, std::size_t position) {
    const char c = byte_at(text, position);
    if (position < text.size() && (c == ' ' || (c >= '\t' && c <= '\r'))) {
        return 1;
    }
    constexpr std::string_view no_break_space = "\u00a0";
    return text.substr(position).starts_with(no_break_space) ? no_break_space.size() : 0;
}

}  // namespace

std::size_t past_blanks(std::string_view text, std::size_t position) {
    position = std::min(position, text.size());
    while (const std::size_t bytes = blank_bytes(text, position)) {
        position += bytes;
    }
    return position;
}

std::size_t code_point_bytes(std::string_view text, std::size_t position) {
    const auto byte = [&](std::size_t offset) {
        return static_cast<unsigned char>(byte_at(text, position + offset));
    };
    const unsigned char lead = byte(0);
    if (position >= text.size() || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) {
        return 0;
    }
    if (lead < 0x80) {
        return 1;
    }
    // The second byte keeps out overlong forms, surrogates and what is above U+10FFFF.
    const unsigned char least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(1) < least || byte(1) > most) {
        return 0;
    }
    const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    for (std::size_t offset = 2; offset < bytes; ++offset) {
        if (byte(offset) < 0x80 || byte(offset) > 0xBF) {
            return 0;
        }
    }
    return bytes;
}

token expression_lexer::next() {
    position_ = past_blanks(text_, position_);
    const token read = scan();
    remember(read);
    position_ = read.end;
    return read;
}

void expression_lexer::restart(std::size_t position) {
    *this = expression_lexer(text_);
    position_ = std::min(position, text_.size());
}

token expression_lexer::make(token_kind kind, std::size_t bytes) const {
    return {.kind = kind, .begin = position_, .end = position_ + bytes};
}

token expression_lexer::scan() const {
    const char c = byte_at(text_, position_);
    if (position_ == text_.size()) {
        return make(token_kind::end, 0);
    }
    if (is_digit(c) || (c == '.' && is_digit(byte_at(text_, position_ + 1)))) {
        return number();
    }
    return is_letter(c) ? word() : symbol();
}

token expression_lexer::number() const {
    const std::size_t whole = past_digits(text_, position_);
    if (whole == position_ + 1 && text_[position_] == '0' &&
        (byte_at(text_, whole) | 0x20) == 'x' && is_hexadecimal(byte_at(text_, whole + 1))) {
        std::size_t end = whole + 1;
        while (continues_name(byte_at(text_, end))) {
            ++end;
        }
        return make(token_kind::hexadecimal, end - position_);
    }
    std::size_t end = in_function_ ? whole : past_thousands(text_, position_, whole);
    if (byte_at(text_, end) == '.' && is_digit(byte_at(text_, end + 1))) {
        end = past_digits(text_, end + 1);
    }
    end = past_exponent(text_, end);
    token result = make(token_kind::number, end - position_);
    result.value = number_value(text_.substr(position_, end - position_));
    return result;
}

// Whether the letter x at the position stands for a multiplication.
bool expression_lexer::multiplies() const {
    if ((byte_at(text_, position_) | 0x20) != 'x') {
        return false;
    }
    const std::size_t next = past_blanks(text_, position_ + 1);
    const bool spaced = next > position_ + 1;
    const char c = byte_at(text_, next);
    if (is_digit(c) || c == '(' || (c == '.' && is_digit(byte_at(text_, next + 1)))) {
        return true;
    }
    if (is_sign_byte(c)) {
        const bool spaced_before =
            position_ > 0 && !continues_name(text_[position_ - 1]) && text_[position_ - 1] != ')';
        return spaced && spaced_before && past_blanks(text_, next + 1) == next + 1;
    }
    return spaced && (is_letter(c) || static_cast<unsigned char>(c) >= 0x80);
}

// Whether `of` stands at the position, in front of a number: "1/3 of 90", not "20 of them".
bool expression_lexer::takes_a_part() const {
    const std::size_t bytes = phrase_bytes(text_, position_, part_of);
    const std::size_t next = past_blanks(text_, position_ + bytes);
    return bytes > 0 && (is_digit(byte_at(text_, next)) || byte_at(text_, next) == '(');
}

token expression_lexer::word() const {
    if (after_value_) {
        if (multiplies()) {
            return make(token_kind::times, 1);
        }
        for (const spelling& phrase : phrases) {
            if (const std::size_t bytes = phrase_bytes(text_, position_, phrase.text)) {
                return make(phrase.kind, bytes);
            }
        }
        if (takes_a_part()) {
            return make(token_kind::times, part_of.size());
        }
    }
    std::size_t end = position_;
    while (continues_name(byte_at(text_, end))) {
        ++end;
    }
    return make(token_kind::name, end - position_);
}

token expression_lexer::symbol() const {
    const std::string_view rest = text_.substr(position_);
    if (rest.front() == '%') {
        const std::size_t next = past_blanks(text_, position_ + 1);
        const std::size_t of = after_value_ ? phrase_bytes(text_, next, part_of) : 0;
        return of > 0 ? make(token_kind::percent_of, next + of - position_)
                      : make(token_kind::remainder, 1);
    }
    for (const spelling& known : symbols) {
        if (rest.starts_with(known.text)) {
            return make(known.kind, known.text.size());
        }
    }
    return make(token_kind::unknown, std::max<std::size_t>(1, code_point_bytes(text_, position_)));
}

void expression_lexer::remember(const token& read) {
    if (read.kind == token_kind::open) {
        if (after_function_ && !in_function_) {
            in_function_ = true;
            function_at_ = open_;
        }
        ++open_;
    } else if (read.kind == token_kind::close && open_ > 0) {
        --open_;
        in_function_ = in_function_ && open_ > function_at_;
    }
    after_value_ = ends_value(read.kind);
    after_function_ = read.kind == token_kind::name && !find_constant(text_of(text_, read));
}

}  // namespace clarion::agents::demo
