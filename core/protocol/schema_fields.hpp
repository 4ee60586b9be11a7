#pragma once

#include "core/protocol/describe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The visitor of field lists that makes JSON Schema (Draft-07) of them.
namespace clarion::protocol::schema {

/// Whether null may stand in an optional field. A client may send it and means absent
/// (PROTOCOL §1); the server leaves the field out.
enum class null_in_optional : std::uint8_t { allowed, never };

// The schema of one value.
boost::json::object text(const field_rule& rule);
boost::json::object whole_number(const field_rule& rule);
boost::json::object truth();
boost::json::object any_json(const field_rule& rule);
/// `names` as `names_of` gives them.
boost::json::object one_of_names(std::string_view names);
boost::json::object list_of(boost::json::object element);
boost::json::object map_of(boost::json::object value);

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

/// Collects the fields of one struct; `take` gives the schema of the object.
class object_fields {
public:
    explicit object_fields(null_in_optional nulls) : nulls_(nulls) {}

    template <class T>
    void operator()(const char* name, const T&, const field_rule& rule = rules::any) {
        if constexpr (is_optional<T>)
            put_optional(name, value_schema<typename T::value_type>(rule));
        else
            put_required(name, value_schema<T>(rule));
    }

    void put_required(std::string_view name, boost::json::object value);
    void put_optional(std::string_view name, boost::json::object value);
    /// Says more exactly what an already listed field is.
    void refine(std::string_view name, boost::json::object value);
    void put_choice(const field_choice& choice);

    boost::json::object take();

    template <class T>
    boost::json::object value_schema(const field_rule& rule) const {
        if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>)
            return text(rule);
        else if constexpr (std::is_same_v<T, bool>)
            return truth();
        else if constexpr (std::is_same_v<T, std::int64_t>)
            return whole_number(rule);
        else if constexpr (std::is_same_v<T, json_text> || std::is_same_v<T, json_view>)
            return any_json(rule);
        else if constexpr (std::is_enum_v<T>)
            return one_of_names(names_of(T{}));
        else if constexpr (is_list<T>)
            return list_of(value_schema<typename T::value_type>(rules::any));
        else if constexpr (is_map<T>)
            return map_of(value_schema<typename T::mapped_type>(rules::any));
        else
            return struct_schema<T>();
    }

    template <described T>
    boost::json::object struct_schema() const {
        object_fields inner(nulls_);
        inner.put_struct<T>();
        return inner.take();
    }

    /// All fields of a struct, and the choice among them if it names one.
    template <described T>
    void put_struct() {
        const T example{};
        T::describe(example, *this);
        if constexpr (has_choice<T>)
            put_choice(T::choice);
    }

private:
    boost::json::object stands(std::string_view name) const;

    null_in_optional nulls_;
    boost::json::array required_;
    boost::json::object properties_;
    boost::json::object choice_;
};

}  // namespace clarion::protocol::schema
