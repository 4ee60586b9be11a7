#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/json_writer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

// Legal frames made from the field lists alone, so that a new frame has its samples at once.
namespace clarion::protocol::testing {

/// How much of a struct a sample fills in.
enum class filled : std::uint8_t { required_fields, all_fields };

/// The visitor that gives each field the plainest value that its rule allows.
class sample_filler {
public:
    explicit sample_filler(filled how_much) : how_much_(how_much) {}

    template <class T>
    void operator()(const char*, T& field, const field_rule& rule = rules::any) {
        if constexpr (is_optional<T>) {
            if (how_much_ == filled::all_fields)
                fill(field.emplace(), rule);
        } else {
            fill(field, rule);
        }
    }

    template <described T>
    void fill_struct(T& value) {
        T::describe(value, *this);
        if constexpr (has_choice<T>)
            settle(value);
    }

private:
    static void fill(std::string& field, const field_rule& rule) {
        field.assign(std::max<std::size_t>(rule.bytes_min, 1), 'x');
    }
    static void fill(bool& field, const field_rule&) { field = true; }
    static void fill(std::int64_t& field, const field_rule& rule) {
        field = std::clamp<std::int64_t>(7, rule.least, rule.most);
    }
    static void fill(json_text& field, const field_rule& rule) {
        field.text = rule.object ? R"({"a":[null]})" : "null";
    }
    template <class T>
        requires std::is_enum_v<T>
    static void fill(T&, const field_rule&) {}
    template <class T>
    void fill(std::vector<T>& field, const field_rule&) {
        fill(field.emplace_back(), rules::any);
    }
    template <class T>
    void fill(std::map<std::string, T>& field, const field_rule&) {
        fill(field["key"], rules::any);
    }
    template <described T>
    void fill(T& field, const field_rule&) {
        fill_struct(field);
    }
    /// Of two fields that exclude each other the first stays; of two of which one is needed, both.
    template <has_choice T>
    void settle(T& field);

    filled how_much_;
};

/// Sets or clears one optional field by its name.
class optional_setter {
public:
    optional_setter(std::string_view name, sample_filler* with) : name_(name), with_(with) {}

    template <class T>
    void operator()(const char* name, T& field, const field_rule& rule = rules::any) {
        if constexpr (is_optional<T>) {
            if (name != name_)
                return;
            field.reset();
            if (with_ != nullptr)
                (*with_)(name, field, rule);
        }
    }

private:
    std::string_view name_;
    sample_filler* with_;
};

template <has_choice T>
void sample_filler::settle(T& field) {
    sample_filler all(filled::all_fields);
    optional_setter first(T::choice.first, &all);
    T::describe(field, first);
    if (T::choice.must == field_choice::rule::exactly_one) {
        optional_setter second(T::choice.second, nullptr);
        T::describe(field, second);
    }
}

template <described T>
T sample(filled how_much) {
    T made{};
    sample_filler filler(how_much);
    filler.fill_struct(made);
    return made;
}

/// As JSON, with its type in front if it is a frame.
template <described T>
boost::json::object sample_json(filled how_much) {
    boost::json::object json;
    if constexpr (is_frame<T>)
        json["type"] = T::type;
    const boost::json::value fields = boost::json::parse(to_json(sample<T>(how_much)));
    for (const auto& member : fields.as_object())
        json[member.key()] = member.value();
    return json;
}

}  // namespace clarion::protocol::testing
