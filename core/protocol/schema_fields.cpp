#include "core/protocol/schema_fields.hpp"

#include <utility>

namespace clarion::protocol::schema {

namespace {

namespace json = boost::json;

constexpr field_rule unlimited{};

// JSON Schema counts characters, Clarion bytes: its bound is right for ASCII, never too narrow.
void put_bytes_max(json::object& schema, const field_rule& rule, std::string_view what) {
    schema["x-clarion-bytes-max"] = rule.bytes_max;
    schema["description"] = "At most " + std::to_string(rule.bytes_max) + ' ' + std::string(what);
}

json::object or_null(json::object value) {
    if (auto* type = value.if_contains("type"))
        *type = json::array{*type, "null"};
    if (auto* names = value.if_contains("enum"))
        names->as_array().emplace_back(nullptr);
    return value;
}

}  // namespace

json::object text(const field_rule& rule) {
    json::object schema{{"type", "string"}};
    if (rule.bytes_min != unlimited.bytes_min)
        schema["minLength"] = rule.bytes_min;
    if (rule.bytes_max != unlimited.bytes_max)
        schema["maxLength"] = rule.bytes_max;
    if (rule.id_charset)
        schema["pattern"] = "^[A-Za-z0-9_.:-]+$";
    else if (rule.bytes_max != unlimited.bytes_max)
        put_bytes_max(schema, rule, "bytes of UTF-8; maxLength counts characters.");
    return schema;
}

json::object whole_number(const field_rule& rule) {
    return {{"type", "integer"}, {"minimum", rule.least}, {"maximum", rule.most}};
}

json::object truth() {
    return {{"type", "boolean"}};
}

json::object any_json(const field_rule& rule) {
    json::object schema;
    if (rule.object)
        schema["type"] = "object";
    if (rule.bytes_max != unlimited.bytes_max)
        put_bytes_max(schema, rule, "bytes of JSON without white space.");
    return schema;
}

json::object one_of_names(std::string_view names) {
    json::array values;
    while (true) {
        const std::size_t end = names.find('|');
        values.emplace_back(names.substr(0, end));
        if (end == std::string_view::npos)
            return {{"type", "string"}, {"enum", std::move(values)}};
        names.remove_prefix(end + 1);
    }
}

json::object list_of(json::object element) {
    return {{"type", "array"}, {"items", std::move(element)}};
}

json::object map_of(json::object value) {
    return {{"type", "object"}, {"additionalProperties", std::move(value)}};
}

void object_fields::put_required(std::string_view name, json::object value) {
    required_.emplace_back(name);
    properties_[name] = std::move(value);
}

void object_fields::put_optional(std::string_view name, json::object value) {
    properties_[name] =
        nulls_ == null_in_optional::allowed ? or_null(std::move(value)) : std::move(value);
}

void object_fields::refine(std::string_view name, json::object value) {
    properties_.at(name) = std::move(value);
}

void object_fields::put_choice(const field_choice& choice) {
    const char* const keyword = choice.must == field_choice::rule::exactly_one ? "oneOf" : "anyOf";
    choice_[keyword] = json::array{stands(choice.first), stands(choice.second)};
}

json::object object_fields::stands(std::string_view name) const {
    json::object schema{{"required", json::array{name}}};
    // A null that means absent does not stand.
    if (nulls_ == null_in_optional::allowed && properties_.at(name).as_object().contains("type"))
        schema["properties"] =
            json::object{{name, json::object{{"not", json::object{{"type", "null"}}}}}};
    return schema;
}

json::object object_fields::take() {
    json::object schema{{"type", "object"}};
    if (!required_.empty())
        schema["required"] = std::move(required_);
    schema["properties"] = std::move(properties_);
    for (const auto& member : choice_)
        schema[member.key()] = member.value();
    return schema;
}

}  // namespace clarion::protocol::schema
