#include "core/agents/demo/stretch_evidence.hpp"

#include "core/agents/demo/arithmetic.hpp"
#include "core/agents/demo/expression_lexer.hpp"
#include "core/agents/demo/expression_token.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace clarion::agents::demo {
namespace {

using token_list = std::vector<token>;

bool is_dash(std::string_view sign) {
    return sign == "-" || sign == "–";
}

// What a walk over the tokens has seen.
struct sightings {
    bool number = false;
    bool known_call = false;
    bool operation = false;
    bool separator = false;
    bool loose = false;     // a factorial, a product without a sign
    bool doubtful = false;  // an unknown name, a percent sign, "of"
    bool open_end = false;
    bool side_by_side = false;  // numbers without an operator between them
    bool dash = false;
};

class stretch_walk {
public:
    stretch_walk(std::string_view text, const token_list& tokens) : text_(text), tokens_(tokens) {}

    sightings over() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) {
            step(tokens_[at_]);
        }
        // "100%" is a percentage, not the beginning of a remainder.
        seen_.open_end = pending_ && tokens_.back().kind != token_kind::remainder;
        return seen_;
    }

private:
    void step(const token& read) {
        switch (read.kind) {
            case token_kind::number:
                seen_.number = true;
                seen_.side_by_side = seen_.side_by_side || after_value_;
                value();
                break;
            case token_kind::name:
                name(read);
                break;
            case token_kind::open:
                seen_.loose = seen_.loose || after_value_;
                after_value_ = false;
                break;
            case token_kind::close:
                after_value_ = true;
                break;
            case token_kind::factorial:
            case token_kind::squared:
            case token_kind::cubed:
                seen_.loose = seen_.loose || after_value_;
                break;
            case token_kind::comma:
                seen_.separator = true;
                after_value_ = false;
                pending_ = false;
                break;
            default:
                sign(read);
                break;
        }
    }

    void value() {
        seen_.operation = seen_.operation || pending_;
        seen_.known_call = seen_.known_call || function_;
        pending_ = false;
        after_value_ = true;
    }

    void name(const token& read) {
        const std::string_view name = text_of(text_, read);
        const bool called = at_ + 1 < tokens_.size() && tokens_[at_ + 1].kind == token_kind::open;
        const bool constant = find_constant(name).has_value();
        seen_.loose = seen_.loose || after_value_;
        if (!constant && called) {
            function_ = function_ || find_function(name) != nullptr;
            seen_.doubtful = seen_.doubtful || find_function(name) == nullptr;
            after_value_ = false;
            return;
        }
        seen_.doubtful = seen_.doubtful || !constant;
        value();
    }

    void sign(const token& read) {
        if (read.kind == token_kind::remainder && text_of(text_, read) == "%") {
            const bool spaced_before = at_ > 0 && !touch(tokens_[at_ - 1], read);
            const bool spaced_after = past_blanks(text_, read.end) != read.end;
            seen_.doubtful = seen_.doubtful || (spaced_after && !spaced_before);
        }
        // "2 of 3 people" counts, it does not multiply.
        seen_.doubtful = seen_.doubtful || (read.kind == token_kind::times &&
                                            (text_of(text_, read).front() | 0x20) == 'o');
        seen_.dash = seen_.dash || is_dash(text_of(text_, read));
        pending_ = pending_ || after_value_;
        after_value_ = false;
    }

    std::string_view text_;
    const token_list& tokens_;
    std::size_t at_ = 0;
    bool after_value_ = false;
    bool pending_ = false;  // an operator has its left side and waits for the other
    bool function_ = false;
    sightings seen_;
};

// Numbers joined by one sign and nothing more: `3-5`, `24/7`, `1920x1080`.
struct chain {
    std::string_view sign;
    std::vector<token> numbers;
    bool spaced = false;
};

std::optional<chain> chain_of(std::string_view text, const token_list& tokens) {
    const std::size_t first = !tokens.empty() && is_sign(tokens.front().kind) ? 1 : 0;
    if (tokens.size() < first + 3 || (tokens.size() - first) % 2 == 0) {
        return std::nullopt;
    }
    chain found;
    found.sign = text_of(text, tokens[first + 1]);
    for (std::size_t at = first; at < tokens.size(); ++at) {
        const bool number = (at - first) % 2 == 0;
        if (number ? tokens[at].kind != token_kind::number
                   : text_of(text, tokens[at]) != found.sign) {
            return std::nullopt;
        }
        if (number) {
            found.numbers.push_back(tokens[at]);
        }
        found.spaced = found.spaced || (at > first && !touch(tokens[at - 1], tokens[at]));
    }
    return found;
}

bool reads_as_label(const chain& numbers) {
    if (!numbers.spaced) {
        return is_dash(numbers.sign) || numbers.sign == "/" || numbers.sign == "x" ||
               numbers.sign == "X";
    }
    return is_dash(numbers.sign) && numbers.numbers.size() == 2 &&
           numbers.numbers.front().value < numbers.numbers.back().value;
}

bool reads_as_serial_number(std::string_view text, const chain& numbers) {
    const auto is_long = [&](const token& number) {
        const std::string_view written = text_of(text, number);
        return written.size() >= 3 && std::ranges::all_of(written, is_digit);
    };
    const bool zero_in_front = std::ranges::any_of(numbers.numbers, [&](const token& number) {
        const std::string_view written = text_of(text, number);
        return written.size() > 1 && written[0] == '0' && written[1] != '.';
    });
    if (numbers.spaced || !is_dash(numbers.sign)) {
        return zero_in_front;
    }
    return zero_in_front ||
           (numbers.numbers.size() == 2 ? std::ranges::all_of(numbers.numbers, is_long)
                                        : std::ranges::any_of(numbers.numbers, is_long));
}

bool is_clear(const sightings& seen) {
    const bool computes = seen.known_call || (seen.operation && seen.number);
    return computes && !seen.doubtful && !seen.side_by_side;
}

bool is_possible(const sightings& seen) {
    return seen.known_call || seen.operation ||
           (seen.number && (seen.loose || seen.open_end || (seen.doubtful && seen.separator)));
}

}  // namespace

evidence weigh(std::string_view text, const std::vector<token>& tokens) {
    const sightings seen = stretch_walk(text, tokens).over();
    const std::optional<chain> numbers = chain_of(text, tokens);
    if (is_clear(seen) && !(numbers && reads_as_label(*numbers))) {
        return evidence::clear;
    }
    if (!is_possible(seen)) {
        return evidence::none;
    }
    const bool serial = numbers && reads_as_serial_number(text, *numbers);
    return serial || (seen.side_by_side && seen.dash) ? evidence::needs_question
                                                      : evidence::needs_request;
}

}  // namespace clarion::agents::demo
