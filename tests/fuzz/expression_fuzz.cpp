// Properties of the demo agent's arithmetic under any bytes: nothing crashes; a value is finite and
// can be written down; an error has a place inside the text and a short sentence in valid UTF-8;
// what is found in prose is a part of one line of it, and is the same when it is searched again;
// any finite double is written as digits that read back as that number.

#include "core/agents/demo/expression.hpp"
#include "core/agents/demo/expression_finder.hpp"
#include "core/agents/demo/expression_lexer.hpp"
#include "core/agents/demo/number_format.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion::agents::demo;

void require(bool holds) {
    if (!holds) {
        __builtin_trap();
    }
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t bytes = code_point_bytes(text, at);
        if (bytes == 0) {
            return false;
        }
        at += bytes;
    }
    return true;
}

void check_number(double value) {
    const std::string written = format_number(value);
    require(!written.empty() && written.size() <= 32);
    // Near the ends of the range fifteen digits may say a number that is no double any more, or
    // one that has fewer digits.
    constexpr double largest = 1e308;
    constexpr double smallest = 1e-300;
    if (std::abs(value) > largest || (value != 0 && std::abs(value) < smallest)) {
        return;
    }
    constexpr double noise = 1e-14;
    const expression_result back = evaluate(written);
    const auto* const read = std::get_if<double>(&back);
    require(read != nullptr && std::abs(*read - value) <= noise * std::abs(value));
}

void check_expression(std::string_view text) {
    constexpr std::size_t message_bytes_max = 120;
    const expression_result result = evaluate(text);
    if (const auto* const error = std::get_if<expression_error>(&result)) {
        require(error->offset <= text.size());
        require(!error->message.empty() && error->message.size() <= message_bytes_max);
        require(is_utf8(error->message));
    } else {
        require(std::isfinite(std::get<double>(result)));
        check_number(std::get<double>(result));
    }
}

void check_search(std::string_view text) {
    const std::optional<std::string_view> found = find_expression(text);
    if (!found) {
        return;
    }
    require(!found->empty() && found->find('\n') == std::string_view::npos);
    require(found->data() >= text.data());
    require(found->data() + found->size() <= text.data() + text.size());
    require(find_expression(text) == found);
    check_expression(*found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check_expression(text);
    check_search(text);
    // The same bytes where a person would ask for them, so that doubtful ones are taken too.
    check_search("what is " + text);
    double value = 0;
    if (size >= sizeof value) {
        std::memcpy(&value, data, sizeof value);
        if (std::isfinite(value)) {
            check_number(value);
        }
    }
    return 0;
}
