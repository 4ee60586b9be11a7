#pragma once

#include "core/protocol/describe.hpp"

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// What a field list says, as plain data: the tables that the tests of all frames walk.
namespace clarion::protocol::testing {

enum class field_kind : std::uint8_t { text, number, truth, name, json, list, map, object };

struct field_fact {
    std::string pointer;  // JSON Pointer from the struct's own object
    field_kind kind{};
    field_rule rule;
    bool optional = false;
    bool in_choice = false;
    std::vector<std::string> names;  // of an enumeration
};

class fact_collector {
public:
    explicit fact_collector(std::vector<field_fact>& facts) : facts_(facts) {}

    template <class T>
    void operator()(const char* name, const T&, const field_rule& rule = rules::any) {
        if constexpr (is_optional<T>)
            add<typename T::value_type>(prefix_ + '/' + name, rule, true);
        else
            add<T>(prefix_ + '/' + name, rule, false);
    }

    template <described T>
    void add_struct(std::string prefix) {
        fact_collector inner(facts_);
        inner.prefix_ = std::move(prefix);
        if constexpr (has_choice<T>)
            inner.choice_ = {
                inner.prefix_ + '/' + std::string(T::choice.first),
                inner.prefix_ + '/' + std::string(T::choice.second)
            };
        const T example{};
        T::describe(example, inner);
    }

private:
    template <class T>
    void add(const std::string& pointer, const field_rule& rule, bool optional) {
        field_fact fact;
        fact.pointer = pointer;
        fact.kind = kind_of<T>();
        fact.rule = rule;
        fact.optional = optional;
        for (const std::string& chosen : choice_)
            fact.in_choice = fact.in_choice || chosen == pointer;
        if constexpr (std::is_enum_v<T>)
            fact.names = split(names_of(T{}));
        facts_.push_back(std::move(fact));
        if constexpr (described<T>)
            add_struct<T>(pointer);
        else if constexpr (kind_of<T>() == field_kind::list)
            add<typename T::value_type>(pointer + "/0", rules::any, false);
        else if constexpr (kind_of<T>() == field_kind::map)
            add<typename T::mapped_type>(pointer + "/key", rules::any, false);
    }

    static std::vector<std::string> split(std::string_view names) {
        std::vector<std::string> all;
        std::istringstream in{std::string(names)};
        for (std::string name; std::getline(in, name, '|');)
            all.push_back(name);
        return all;
    }

    template <class T>
    static constexpr field_kind kind_of() {
        if constexpr (std::is_same_v<T, std::string>)
            return field_kind::text;
        else if constexpr (std::is_same_v<T, std::int64_t>)
            return field_kind::number;
        else if constexpr (std::is_same_v<T, bool>)
            return field_kind::truth;
        else if constexpr (std::is_same_v<T, json_text>)
            return field_kind::json;
        else if constexpr (std::is_enum_v<T>)
            return field_kind::name;
        else if constexpr (described<T>)
            return field_kind::object;
        else if constexpr (requires { typename T::mapped_type; })
            return field_kind::map;
        else
            return field_kind::list;
    }

    std::vector<field_fact>& facts_;
    std::string prefix_;
    std::vector<std::string> choice_;
};

template <described T>
std::vector<field_fact> facts_of() {
    std::vector<field_fact> facts;
    fact_collector(facts).add_struct<T>("");
    return facts;
}

}  // namespace clarion::protocol::testing
