#include "core/agents/outside/argument_schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

namespace clarion::agents::outside {

namespace json = boost::json;

namespace {

constexpr int depth_max = 64;
// A schema can ask for exponentially much.
constexpr int steps_max = 20'000;

using fault = std::optional<protocol::field_error>;

const json::object* object_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    return member == nullptr ? nullptr : member->if_object();
}

const json::array* array_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    return member == nullptr ? nullptr : member->if_array();
}

std::optional<double> number_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    if (member == nullptr || !member->is_number())
        return std::nullopt;
    return member->to_number<double>();
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

bool is_of(std::string_view type, const json::value& value) {
    if (type == "integer") {
        const auto* const number = value.if_double();
        return value.is_int64() || value.is_uint64() ||
               (number != nullptr && *number == std::trunc(*number));
    }
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "boolean" && value.is_bool()) || (type == "null" && value.is_null());
}

/// A way down into the arguments, for the pointer of what is wrong.
struct place {
    const place* above = nullptr;
    std::string step;

    std::string pointer() const {
        if (above == nullptr)
            return {};
        std::string escaped;
        for (const char c : step)
            escaped += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
        return above->pointer() + "/" + escaped;
    }
};

fault wrong(const place& at, std::string reason) {
    return protocol::field_error{at.pointer(), std::move(reason)};
}

class checker {
public:
    explicit checker(const json::value& root) : root_(root) {}

    fault check(const json::value& schema, const json::value& value, const place& at) {
        if (const auto* const allowed = schema.if_bool())
            return *allowed ? fault() : wrong(at, "is not allowed");
        const auto* const rules = schema.if_object();
        if (rules == nullptr || ++steps_ > steps_max || depth_ >= depth_max)
            return std::nullopt;
        ++depth_;
        fault found = check_rules(*rules, value, at);
        --depth_;
        return found;
    }

private:
    fault check_rules(const json::object& rules, const json::value& value, const place& at) {
        fault found = check_reference(rules, value, at);
        if (!found)
            found = check_kind(rules, value, at);
        if (!found)
            found = check_choices(rules, value, at);
        if (!found && value.is_object())
            found = check_object(rules, value.get_object(), at);
        if (!found && value.is_array())
            found = check_array(rules, value.get_array(), at);
        if (!found && value.is_number())
            found = check_number(rules, value.to_number<double>(), at);
        if (!found && value.is_string())
            found = check_text(rules, value.get_string(), at);
        return found;
    }

    fault check_reference(const json::object& rules, const json::value& value, const place& at) {
        const auto* const reference = rules.if_contains("$ref");
        if (reference == nullptr || !reference->is_string())
            return std::nullopt;
        const std::string_view to = reference->get_string();
        if (to == "#")
            return check(root_, value, at);
        boost::system::error_code error;
        const json::value* const target =
            to.starts_with("#/") ? root_.find_pointer(to.substr(1), error) : nullptr;
        return target == nullptr ? std::nullopt : check(*target, value, at);
    }

    static fault check_kind(const json::object& rules, const json::value& value, const place& at) {
        const auto* const type = rules.if_contains("type");
        if (type != nullptr && type->is_string() && !is_of(type->get_string(), value))
            return wrong(at, "must be of type " + std::string(type->get_string()));
        if (type != nullptr && type->is_array() &&
            std::ranges::none_of(type->get_array(), [&](const json::value& one) {
                return one.is_string() && is_of(one.get_string(), value);
            }))
            return wrong(at, "must be of another type");
        const auto* const only = rules.if_contains("const");
        if (only != nullptr && *only != value)
            return wrong(at, "must be " + json::serialize(*only));
        const auto* const choices = array_in(rules, "enum");
        if (choices != nullptr &&
            std::find(choices->begin(), choices->end(), value) == choices->end())
            return wrong(at, "must be one of " + json::serialize(*choices));
        return std::nullopt;
    }

    fault check_choices(const json::object& rules, const json::value& value, const place& at) {
        if (const auto* const all = array_in(rules, "allOf"))
            for (const json::value& each : *all)
                if (fault found = check(each, value, at))
                    return found;
        for (const std::string_view name : {"anyOf", "oneOf"}) {
            const auto* const choices = array_in(rules, name);
            if (choices == nullptr)
                continue;
            const auto fitting = std::ranges::count_if(*choices, [&](const json::value& one) {
                return !check(one, value, at);
            });
            if (fitting == 0)
                return wrong(at, "fits none of what is allowed");
            if (fitting > 1 && name == "oneOf" && steps_ <= steps_max)
                return wrong(at, "fits more than one of what is allowed");
        }
        return std::nullopt;
    }

    fault check_object(const json::object& rules, const json::object& value, const place& at) {
        if (const auto* const required = array_in(rules, "required"))
            for (const json::value& name : *required)
                if (name.is_string() && !value.contains(name.get_string()))
                    return wrong({&at, std::string(name.get_string())}, "is required");
        const auto* const properties = object_in(rules, "properties");
        const auto* const others = rules.if_contains("additionalProperties");
        const bool has_patterns = rules.contains("patternProperties");
        for (const auto& member : value) {
            const place below{&at, std::string(member.key())};
            const auto* const known =
                properties == nullptr ? nullptr : properties->if_contains(member.key());
            const json::value* const schema = known != nullptr || has_patterns ? known : others;
            if (schema != nullptr)
                if (fault found = check(*schema, member.value(), below))
                    return found;
        }
        return std::nullopt;
    }

    fault check_array(const json::object& rules, const json::array& value, const place& at) {
        const auto count = static_cast<double>(value.size());
        if (const auto least = number_in(rules, "minItems"); least && count < *least)
            return wrong(at, "has too few elements");
        if (const auto most = number_in(rules, "maxItems"); most && count > *most)
            return wrong(at, "has too many elements");
        const auto* const items = rules.if_contains("items");
        if (items == nullptr || items->is_array())
            return std::nullopt;
        for (std::size_t index = 0; index < value.size(); ++index)
            if (fault found = check(*items, value[index], {&at, std::to_string(index)}))
                return found;
        return std::nullopt;
    }

    static fault check_number(const json::object& rules, double value, const place& at) {
        const auto least = number_in(rules, "minimum");
        const auto most = number_in(rules, "maximum");
        const auto above = number_in(rules, "exclusiveMinimum");
        const auto below = number_in(rules, "exclusiveMaximum");
        if ((least && value < *least) || (above && value <= *above))
            return wrong(at, "is too small");
        if ((most && value > *most) || (below && value >= *below))
            return wrong(at, "is too large");
        return std::nullopt;
    }

    static fault check_text(const json::object& rules, std::string_view value, const place& at) {
        const auto length = static_cast<double>(code_points(value));
        if (const auto least = number_in(rules, "minLength"); least && length < *least)
            return wrong(at, "is too short");
        if (const auto most = number_in(rules, "maxLength"); most && length > *most)
            return wrong(at, "is too long");
        return std::nullopt;
    }

    const json::value& root_;
    int depth_ = 0;
    int steps_ = 0;
};

}  // namespace

argument_schema::argument_schema(std::string_view text) {
    constexpr std::size_t nesting_max = 128;
    json::parse_options options;
    options.max_depth = nesting_max;
    boost::system::error_code error;
    root_ = json::parse(text, error, {}, options);
    if (error || !root_.is_object())
        root_ = json::object();
}

fault argument_schema::check(const json::object& arguments) const {
    const place top{};
    return checker(root_).check(root_, json::value(arguments), top);
}

}  // namespace clarion::agents::outside
