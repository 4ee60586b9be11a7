#pragma once

#include "app/config/setting_value.hpp"
#include "app/config/settings.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <variant>

// How a row of the table reaches its field: for rows alone.
namespace clarion::app {

/// `write` gets a value that obeys the row's rule.
struct setting_field {
    setting_value (*read)(const settings&);
    void (*write)(settings&, const setting_value&);
};

template <auto Section, auto Field>
setting_value read_field(const settings& from) {
    return from.*Section.*Field;
}

template <auto Section, auto Field>
void write_field(settings& to, const setting_value& value) {
    auto& field = to.*Section.*Field;
    field = std::get<std::remove_cvref_t<decltype(field)>>(value);
}

template <auto Field>
inline constexpr setting_field in_server =
    {read_field<&settings::server, Field>, write_field<&settings::server, Field>};

template <auto Field>
inline constexpr setting_field in_limits =
    {read_field<&settings::limits, Field>, write_field<&settings::limits, Field>};

template <auto Field>
setting_value read_top(const settings& from) {
    return from.*Field;
}

template <auto Field>
void write_top(settings& to, const setting_value& value) {
    auto& field = to.*Field;
    field = std::get<std::remove_cvref_t<decltype(field)>>(value);
}

template <auto Field>
inline constexpr setting_field at_top = {read_top<Field>, write_top<Field>};

/// An enumerator of `[server]` by its name; `Names` stand in the order of the enumerators.
template <auto Field, const auto& Names>
setting_value read_name(const settings& from) {
    return std::string(Names.at(static_cast<std::size_t>(from.server.*Field)));
}

template <auto Field, const auto& Names>
void write_name(settings& to, const setting_value& value) {
    auto& field = to.server.*Field;
    const auto at = std::ranges::find(Names, std::get<std::string>(value)) - Names.begin();
    field = static_cast<std::remove_cvref_t<decltype(field)>>(at);
}

template <auto Field, const auto& Names>
inline constexpr setting_field named = {read_name<Field, Names>, write_name<Field, Names>};

}  // namespace clarion::app
