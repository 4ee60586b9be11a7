#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/json_place.hpp"
#include "core/protocol/utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clarion::protocol {

/// The first field that is missing or out of its range, as a JSON Pointer (RFC 6901), and why.
struct field_error {
    std::string pointer;
    std::string reason;
};

/// Reads a described struct out of a JSON object. Unknown members are ignored, null in an optional
/// field means absent (PROTOCOL §1); where any JSON may stand null is a value, as in a tool's
/// result. Stops at the first error.
class object_reader {
public:
    explicit object_reader(const boost::json::object& from, const json_place& place = {})
        : from_(from), place_(place) {}

    template <class T>
    void operator()(const char* name, T& field, const field_rule& rule = rules::any) {
        if (error_)
            return;
        const boost::json::value* member = from_.if_contains(name);
        const json_place place(place_, name);
        constexpr bool is_json =
            std::is_same_v<T, json_text> || std::is_same_v<T, std::optional<json_text>>;
        const bool stands = member != nullptr && (!member->is_null() || (is_json && !rule.object));
        if constexpr (is_optional<T>) {
            if (stands)
                error_ = read(*member, field.emplace(), rule, place);
        } else if (!stands) {
            error_ = field_error{place.pointer(), "is required"};
        } else {
            error_ = read(*member, field, rule, place);
        }
    }

    std::optional<field_error> take_error() { return std::move(error_); }

    template <class T>
    static std::optional<field_error>
    read(const boost::json::value& from, T& field, const field_rule& rule, const json_place& place);

private:
    const boost::json::object& from_;
    json_place place_;
    std::optional<field_error> error_;
};

std::optional<field_error>
read_value(const boost::json::value&, std::string&, const field_rule&, const json_place& place);
std::optional<field_error>
read_value(const boost::json::value&, std::int64_t&, const field_rule&, const json_place& place);
std::optional<field_error>
read_value(const boost::json::value&, bool&, const field_rule&, const json_place& place);
std::optional<field_error>
read_value(const boost::json::value&, json_text&, const field_rule&, const json_place& place);

template <class T>
    requires std::is_enum_v<T>
std::optional<field_error>
read_value(const boost::json::value& from, T& field, const field_rule&, const json_place& place) {
    const auto named = from.is_string() ? enum_from_name<T>(from.get_string()) : std::nullopt;
    if (!named)
        return field_error{place.pointer(), "must be one of " + std::string(names_of(T{}))};
    field = *named;
    return std::nullopt;
}

template <class T>
std::optional<field_error> read_value(
    const boost::json::value& from,
    std::vector<T>& field,
    const field_rule&,
    const json_place& place
) {
    if (!from.is_array())
        return field_error{place.pointer(), "must be an array"};
    for (const boost::json::value& element : from.get_array()) {
        const std::string index = std::to_string(field.size());
        const json_place at(place, index);
        if (auto error = object_reader::read(element, field.emplace_back(), rules::any, at))
            return error;
    }
    return std::nullopt;
}

template <class T>
std::optional<field_error> read_value(
    const boost::json::value& from,
    std::map<std::string, T>& field,
    const field_rule&,
    const json_place& place
) {
    if (!from.is_object())
        return field_error{place.pointer(), "must be an object"};
    for (const auto& member : from.get_object()) {
        const std::string key(member.key());
        const json_place at(place, key);
        if (auto error = object_reader::read(member.value(), field[key], rules::any, at))
            return error;
    }
    return std::nullopt;
}

/// Counts which of two fields stand; see `field_choice`.
class choice_checker {
public:
    explicit choice_checker(const field_choice& choice) : choice_(choice) {}

    template <class T>
    void operator()(const char* name, const T& field, const field_rule& = rules::any) {
        if constexpr (is_optional<T>)
            if (field && (name == choice_.first || name == choice_.second))
                ++standing_;
    }

    std::optional<field_error> error(const json_place& place) const;

private:
    field_choice choice_;
    int standing_ = 0;
};

template <described T>
std::optional<field_error> check_choice(const T& value, const json_place& place) {
    if constexpr (has_choice<T>) {
        choice_checker checker(T::choice);
        T::describe(value, checker);
        return checker.error(place);
    }
    return std::nullopt;
}

template <described T>
std::optional<field_error>
read_object(const boost::json::object& from, T& into, const json_place& place) {
    object_reader reader(from, place);
    T::describe(into, reader);
    auto error = reader.take_error();
    return error ? error : check_choice(into, place);
}

template <described T>
std::optional<field_error>
read_value(const boost::json::value& from, T& field, const field_rule&, const json_place& place) {
    if (!from.is_object())
        return field_error{place.pointer(), "must be an object"};
    return read_object(from.get_object(), field, place);
}

template <class T>
std::optional<field_error> object_reader::read(
    const boost::json::value& from,
    T& field,
    const field_rule& rule,
    const json_place& place
) {
    return read_value(from, field, rule, place);
}

/// Checks an already typed struct against its own rules: the check before the grammar.
template <described T>
std::optional<field_error> check_fields(const T& value, const json_place& place = {});

/// The visitor of `check_fields`. Stops at the first error.
class field_checker {
public:
    explicit field_checker(const json_place& place = {}) : place_(place) {}

    template <class T>
    void operator()(const char* name, const T& field, const field_rule& rule = rules::any) {
        if (error_)
            return;
        if constexpr (is_optional<T>) {
            if (field)
                (*this)(name, *field, rule);
        } else {
            check(field, rule, json_place(place_, name));
        }
    }

    std::optional<field_error> take_error() { return std::move(error_); }

private:
    void check(const std::string& text, const field_rule& rule, const json_place& place);
    void check(const json_text& json, const field_rule& rule, const json_place& place);
    void check(std::int64_t number, const field_rule& rule, const json_place& place);
    template <described T>
    void check(const T& nested, const field_rule&, const json_place& place) {
        error_ = check_fields(nested, place);
    }
    template <class T>
    void check(const std::vector<T>& elements, const field_rule&, const json_place& place) {
        for (std::size_t index = 0; index < elements.size() && !error_; ++index) {
            const std::string name = std::to_string(index);
            check(elements[index], rules::any, json_place(place, name));
        }
    }
    template <class T>
        requires(std::is_enum_v<T> || std::is_same_v<T, bool>)
    void check(const T&, const field_rule&, const json_place&) {}
    void check(const std::map<std::string, std::int64_t>&, const field_rule&, const json_place&) {}

    json_place place_;
    std::optional<field_error> error_;
};

template <described T>
std::optional<field_error> check_fields(const T& value, const json_place& place) {
    field_checker checker(place);
    T::describe(value, checker);
    auto error = checker.take_error();
    return error ? error : check_choice(value, place);
}

}  // namespace clarion::protocol
