#include "net/mcp/sample_arguments.hpp"

#include "net/mcp/json_rpc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

constexpr int depth_max = 16;
// A schema can ask for exponentially much.
constexpr int values_max = 1000;
constexpr std::size_t elements_max = 16;
constexpr std::size_t text_bytes_max = 4096;

struct format_sample {
    std::string_view format;
    std::string_view text;
};
constexpr std::array samples = {
    format_sample{"date-time", "2026-01-02T03:04:05Z"},
    format_sample{"date", "2026-01-02"},
    format_sample{"time", "03:04:05Z"},
    format_sample{"email", "ada@example.org"},
    format_sample{"uri", "https://example.org/"},
    format_sample{"url", "https://example.org/"},
    format_sample{"uuid", "00000000-0000-4000-8000-000000000000"},
};

std::optional<double> number_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    if (member == nullptr || !member->is_number())
        return std::nullopt;
    return member->to_number<double>();
}

std::size_t count_in(const json::object& from, std::string_view name, std::size_t most) {
    const double count = std::clamp(number_in(from, name).value_or(0), 0.0, double(most));
    return static_cast<std::size_t>(count);
}

const json::value* first_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    const auto* const array = member == nullptr ? nullptr : member->if_array();
    return array == nullptr || array->empty() ? nullptr : &array->front();
}

class sampler {
public:
    explicit sampler(const json::value& root) : root_(root) {}

    json::value sample(const json::value& schema, int depth) {
        const auto* const object = schema.if_object();
        if (object == nullptr || depth > depth_max || ++values_ > values_max)
            return json::object();
        if (const auto reference = text_in(*object, "$ref"))
            if (const json::value* const target = resolve(*reference))
                return sample(*target, depth + 1);
        for (const std::string_view name : {"const", "default"})
            if (const auto* const given = object->if_contains(name))
                return *given;
        for (const std::string_view name : {"examples", "enum"})
            if (const auto* const given = first_in(*object, name))
                return *given;
        for (const std::string_view name : {"anyOf", "oneOf", "allOf"})
            if (const auto* const choice = first_in(*object, name))
                return sample(*choice, depth + 1);
        return of_type(type_of(*object), *object, depth);
    }

private:
    const json::value* resolve(std::string_view reference) const {
        if (reference == "#")
            return &root_;
        if (!reference.starts_with("#/"))
            return nullptr;
        boost::system::error_code error;
        return root_.find_pointer(reference.substr(1), error);
    }

    static std::string type_of(const json::object& schema) {
        if (auto type = text_in(schema, "type"))
            return *std::move(type);
        const auto* const first = first_in(schema, "type");
        if (first != nullptr && first->is_string())
            return std::string(first->get_string());
        return schema.contains("properties") ? "object" : "string";
    }

    json::value of_type(const std::string& type, const json::object& schema, int depth) {
        if (type == "string")
            return text(schema);
        if (type == "integer" || type == "number")
            return number(schema);
        if (type == "boolean")
            return false;
        if (type == "array")
            return array(schema, depth);
        if (type == "null")
            return nullptr;
        return object(schema, depth);
    }

    static json::value text(const json::object& schema) {
        const auto format = text_in(schema, "format");
        for (const format_sample& one : samples)
            if (format == one.format)
                return json::value(one.text);
        std::string made = "sample";
        if (const auto longest = number_in(schema, "maxLength"))
            made.resize(std::min(made.size(), count_in(schema, "maxLength", made.size())));
        const std::size_t shortest = count_in(schema, "minLength", text_bytes_max);
        if (made.size() < shortest)
            made.resize(shortest, 'x');
        return json::value(made);
    }

    static json::value number(const json::object& schema) {
        double made = 1;
        if (const auto least = number_in(schema, "minimum"))
            made = std::max(made, *least);
        if (const auto below = number_in(schema, "exclusiveMinimum"))
            made = std::max(made, *below + 1);
        if (const auto most = number_in(schema, "maximum"))
            made = std::min(made, *most);
        constexpr double exact_max = 9e15;
        if (made == std::trunc(made) && std::abs(made) < exact_max)
            return static_cast<std::int64_t>(made);
        return made;
    }

    json::value array(const json::object& schema, int depth) {
        json::array made;
        const auto* const items = schema.if_contains("items");
        const std::size_t count = count_in(schema, "minItems", elements_max);
        while (items != nullptr && made.size() < count)
            made.push_back(sample(*items, depth + 1));
        return made;
    }

    json::value object(const json::object& schema, int depth) {
        json::object made;
        const auto* const properties = object_in(schema, "properties");
        const auto* const required = schema.if_contains("required");
        const auto* const names = required == nullptr ? nullptr : required->if_array();
        if (properties == nullptr || names == nullptr)
            return made;
        for (const json::value& name : *names)
            if (name.is_string())
                if (const auto* const property = properties->if_contains(name.get_string()))
                    made[name.get_string()] = sample(*property, depth + 1);
        return made;
    }

    const json::value& root_;
    int values_ = 0;
};

}  // namespace

json::object sample_arguments(std::string_view schema) {
    boost::system::error_code error;
    const json::value root = json::parse(schema, error);
    if (error)
        return {};
    json::value made = sampler(root).sample(root, 0);
    return made.is_object() ? std::move(made.get_object()) : json::object();
}

}  // namespace clarion::mcp
