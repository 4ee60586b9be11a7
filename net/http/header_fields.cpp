#include "net/http/header_fields.hpp"

#include <algorithm>

namespace clarion::http {

namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::string_view> header_fields::find(std::string_view name) const noexcept {
    for (const header_field& field : fields_) {
        if (equals_ignoring_case(field.name, name))
            return field.value;
    }
    return std::nullopt;
}

std::size_t header_fields::count(std::string_view name) const noexcept {
    const auto same = [name](const header_field& field) {
        return equals_ignoring_case(field.name, name);
    };
    return static_cast<std::size_t>(std::ranges::count_if(fields_, same));
}

std::vector<std::string_view> header_fields::list(std::string_view name) const {
    std::vector<std::string_view> elements;
    for (const header_field& field : fields_) {
        if (!equals_ignoring_case(field.name, name))
            continue;
        std::string_view rest = field.value;
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            const std::string_view element = trimmed(rest.substr(0, comma));
            if (!element.empty())
                elements.push_back(element);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return elements;
}

bool header_fields::lists(std::string_view name, std::string_view token) const {
    return std::ranges::any_of(list(name), [token](std::string_view element) {
        return equals_ignoring_case(element, token);
    });
}

}  // namespace clarion::http
