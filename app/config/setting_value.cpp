#include "app/config/setting_value.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace clarion::app {

namespace {

std::optional<bool> parse_toggle(std::string_view spelled) {
    if (spelled == "true" || spelled == "1")
        return true;
    if (spelled == "false" || spelled == "0")
        return false;
    return std::nullopt;
}

std::optional<std::int64_t> parse_whole_number(std::string_view spelled) {
    std::int64_t number = 0;
    const char* const end = spelled.data() + spelled.size();
    const auto read = std::from_chars(spelled.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end)
        return std::nullopt;
    return number;
}

std::optional<setting_value> value_of(value_rule::kind kind, std::string_view spelled) {
    // Emplaced: g++ 12 warns of uninitialised members when such a variant is moved into an
    // optional.
    std::optional<setting_value> value;
    switch (kind) {
        case value_rule::kind::toggle:
            if (const auto on = parse_toggle(spelled))
                value.emplace(*on);
            break;
        case value_rule::kind::whole_number:
            if (const auto number = parse_whole_number(spelled))
                value.emplace(*number);
            break;
        case value_rule::kind::text:
            value.emplace(std::string(spelled));
            break;
        case value_rule::kind::list:
            value.emplace(std::vector<std::string>{std::string(spelled)});
            break;
    }
    return value;
}

}  // namespace

value_rule toggle() {
    value_rule rule;
    rule.of = value_rule::kind::toggle;
    rule.expected = "true or false";
    return rule;
}

value_rule whole_number(std::int64_t min, std::int64_t max) {
    value_rule rule;
    rule.of = value_rule::kind::whole_number;
    rule.expected = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
    rule.min = min;
    rule.max = max;
    return rule;
}

value_rule text(std::string expected, bool (*fits)(std::string_view)) {
    value_rule rule;
    rule.of = value_rule::kind::text;
    rule.expected = std::move(expected);
    rule.fits = fits;
    return rule;
}

value_rule list(std::string one, bool (*fits)(std::string_view)) {
    value_rule rule;
    rule.of = value_rule::kind::list;
    rule.expected = std::move(one);
    rule.fits = fits;
    return rule;
}

bool accepts(const value_rule& rule, const setting_value& value) {
    if (value.index() != static_cast<std::size_t>(rule.of))
        return false;
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return rule.min <= *number && *number <= rule.max;
    if (const auto* one = std::get_if<std::string>(&value))
        return rule.fits(*one);
    if (const auto* several = std::get_if<std::vector<std::string>>(&value))
        return std::ranges::all_of(*several, rule.fits);
    return true;
}

std::optional<setting_value> parse_value(const value_rule& rule, std::string_view spelled) {
    auto value = value_of(rule.of, spelled);
    if (value && !accepts(rule, *value))
        return std::nullopt;
    return value;
}

}  // namespace clarion::app
