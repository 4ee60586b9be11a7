#include "core/protocol/json_reader.hpp"

namespace clarion::protocol {

namespace {

std::string bytes_range(const field_rule& rule) {
    std::string text = "must have ";
    if (rule.bytes_max == field_rule{}.bytes_max)
        return text + "at least " + std::to_string(rule.bytes_min) + " byte";
    return text + std::to_string(rule.bytes_min) + " to " + std::to_string(rule.bytes_max) +
           " bytes";
}

std::optional<field_error>
broken_rule(std::string_view text, const field_rule& rule, const json_place& place) {
    if (text.size() < rule.bytes_min || text.size() > rule.bytes_max)
        return field_error{place.pointer(), bytes_range(rule)};
    if (rule.id_charset && !is_valid_id(text))
        return field_error{place.pointer(), "must match [A-Za-z0-9_.:-]{1,128}"};
    return std::nullopt;
}

std::optional<field_error>
broken_rule(std::int64_t number, const field_rule& rule, const json_place& place) {
    if (number < rule.least)
        return field_error{place.pointer(), "must be at least " + std::to_string(rule.least)};
    if (number > rule.most)
        return field_error{place.pointer(), "must be at most " + std::to_string(rule.most)};
    return std::nullopt;
}

}  // namespace

std::optional<field_error> read_value(
    const boost::json::value& from,
    std::string& field,
    const field_rule& rule,
    const json_place& place
) {
    if (!from.is_string())
        return field_error{place.pointer(), "must be a string"};
    const boost::json::string& text = from.get_string();
    field.assign(text.data(), text.size());
    return broken_rule(std::string_view(field), rule, place);
}

std::optional<field_error> read_value(
    const boost::json::value& from,
    std::int64_t& field,
    const field_rule& rule,
    const json_place& place
) {
    boost::system::error_code error;
    field = from.to_number<std::int64_t>(error);
    if (!from.is_number() || error)
        return field_error{place.pointer(), "must be a whole number"};
    return broken_rule(field, rule, place);
}

std::optional<field_error> read_value(
    const boost::json::value& from,
    bool& field,
    const field_rule&,
    const json_place& place
) {
    if (!from.is_bool())
        return field_error{place.pointer(), "must be true or false"};
    field = from.get_bool();
    return std::nullopt;
}

std::optional<field_error> read_value(
    const boost::json::value& from,
    json_text& field,
    const field_rule& rule,
    const json_place& place
) {
    if (rule.object && !from.is_object())
        return field_error{place.pointer(), "must be an object"};
    field.text = boost::json::serialize(from);
    return broken_rule(std::string_view(field.text), rule, place);
}

std::optional<field_error> choice_checker::error(const json_place& place) const {
    const std::string first = json_place(place, choice_.first).pointer();
    const std::string second(choice_.second);
    if (choice_.must == field_choice::rule::exactly_one && standing_ != 1)
        return field_error{first, "or " + second + ": exactly one of the two must stand"};
    if (standing_ == 0)
        return field_error{first, "or " + second + " is required"};
    return std::nullopt;
}

void field_checker::check(
    const std::string& text,
    const field_rule& rule,
    const json_place& place
) {
    error_ = broken_rule(std::string_view(text), rule, place);
    if (!error_ && !is_utf8(text))
        error_ = field_error{place.pointer(), "is not valid UTF-8"};
}

void field_checker::check(const json_text& json, const field_rule& rule, const json_place& place) {
    if (json.text.empty() || (rule.object && json.text.front() != '{'))
        error_ = field_error{place.pointer(), rule.object ? "must be an object" : "must be JSON"};
    else
        error_ = broken_rule(std::string_view(json.text), rule, place);
    if (!error_ && !is_utf8(json.text))
        error_ = field_error{place.pointer(), "is not valid UTF-8"};
}

void field_checker::check(std::int64_t number, const field_rule& rule, const json_place& place) {
    error_ = broken_rule(number, rule, place);
}

}  // namespace clarion::protocol
