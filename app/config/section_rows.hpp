#pragma once

#include "app/config/repeated_sections.hpp"
#include "app/config/setting_value.hpp"
#include "app/config/settings.hpp"

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// How a section that repeats, and each of its settings, is described in one line.
namespace clarion::app::rows {

template <auto List, auto Field>
setting_value read_field(const settings& from, std::size_t index) {
    return (from.*List)[index].*Field;
}

template <auto List, auto Field>
void write_field(settings& to, std::size_t index, const setting_value& value) {
    auto& field = (to.*List)[index].*Field;
    field = std::get<std::remove_cvref_t<decltype(field)>>(value);
}

template <auto List, auto Field>
repeated_setting row(std::string_view key, value_rule rule) {
    return {key, read_field<List, Field>, write_field<List, Field>, std::move(rule)};
}

template <auto List>
repeated_section section(std::string_view name, std::vector<repeated_setting> rows) {
    return {
        name,
        [](const settings& from) { return (from.*List).size(); },
        [](settings& to, std::size_t index) {
            if ((to.*List).size() <= index)
                (to.*List).resize(index + 1);
        },
        std::move(rows),
        nullptr,
        nullptr,
    };
}

}  // namespace clarion::app::rows
