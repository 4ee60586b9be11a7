#include "app/config/complaint.hpp"

#include "core/failure/legible_text.hpp"

#include <cstddef>

namespace clarion::app {

namespace {

constexpr std::size_t quoted_bytes_max = 200;

}  // namespace

std::string misspelled(std::string_view place, std::string_view spelled, const value_rule& rule) {
    return std::string(place) + ": " + quoted(spelled) + " is not " + rule.expected;
}

std::string out_of_rule(std::string_view place, const value_rule& rule) {
    const bool is_list = rule.of == value_rule::kind::list;
    return std::string(place) + " must be " + (is_list ? "a list, each element " : "") +
           rule.expected;
}

std::string quoted(std::string_view text) {
    return "\"" + on_one_line(failure::cut(text, quoted_bytes_max)) + "\"";
}

std::string on_one_line(std::string_view text) {
    std::string line;
    failure::append_printable(line, text);
    return line;
}

}  // namespace clarion::app
