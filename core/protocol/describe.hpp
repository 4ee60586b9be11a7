#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace clarion::protocol {

// A described struct lists its fields once:
//
//     template <class Self, class Visitor>
//     static void describe(Self& self, Visitor& visit) {
//         visit("agent_name", self.agent_name, rules::name);
//         visit("delta", self.delta);
//     }
//
// The writer, the reader, the check before the grammar and the JSON Schemas all walk this one list.
// A field of type std::optional may be absent; every other field is required.

/// A fragment of JSON that is passed on as it is: arguments, results, metadata. Never empty once
/// it is part of a frame; whoever sets it vouches that it is well-formed.
struct json_text {
    std::string text;

    friend bool operator==(const json_text&, const json_text&) = default;
};

/// The same for a writer that needs no copy.
struct json_view {
    std::string_view text;
};

/// What may stand in a field beyond its type. Each kind of field looks at the limits it knows.
struct field_rule {
    std::size_t bytes_min = 0;
    std::size_t bytes_max = std::numeric_limits<std::size_t>::max();
    std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    /// User and thread ids only (`is_valid_id`).
    bool id_charset = false;
    /// A json_text that must be an object.
    bool object = false;
};

namespace rules {
inline constexpr field_rule any{};
inline constexpr field_rule object{.object = true};
inline constexpr field_rule name{.bytes_min = 1, .bytes_max = 256};
inline constexpr field_rule thread_id{.bytes_min = 1, .bytes_max = 128, .id_charset = true};
inline constexpr field_rule client_id{.bytes_min = 1, .bytes_max = 128};
inline constexpr field_rule not_empty{.bytes_min = 1};
inline constexpr field_rule count{.least = 0};
inline constexpr field_rule ordinal{.least = 1};
}  // namespace rules

/// Enumerations on the wire: `constexpr std::string_view names_of(E)` found by ADL gives the
/// names, separated by '|', in the order of the enumerators from 0.
template <class E>
    requires std::is_enum_v<E>
constexpr std::string_view name_of(E value) {
    std::string_view names = names_of(E{});
    for (auto skip = static_cast<std::size_t>(value); skip > 0; --skip)
        names.remove_prefix(names.find('|') + 1);
    return names.substr(0, names.find('|'));
}

template <class E>
    requires std::is_enum_v<E>
constexpr std::optional<E> enum_from_name(std::string_view name) {
    std::string_view names = names_of(E{});
    for (std::size_t index = 0;; ++index) {
        const std::size_t end = names.find('|');
        if (names.substr(0, end) == name)
            return static_cast<E>(index);
        if (end == std::string_view::npos)
            return std::nullopt;
        names.remove_prefix(end + 1);
    }
}

/// Two optional fields of a described struct of which some must stand. The struct names it as
/// `static constexpr field_choice choice`.
struct field_choice {
    enum class rule : std::uint8_t { at_least_one, exactly_one };
    std::string_view first;
    std::string_view second;
    rule must = rule::at_least_one;
};

struct any_visitor {
    template <class Field>
    void operator()(const char*, Field&, const field_rule& = rules::any) {}
};

template <class T>
concept described = requires(T& value, any_visitor& visit) { T::describe(value, visit); };

template <class T>
concept has_choice = described<T> && requires {
    { T::choice } -> std::convertible_to<field_choice>;
};

/// Whether a struct is a frame of one of the two sides; each side's list of its frames says so.
template <class T>
inline constexpr bool is_frame = false;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

}  // namespace clarion::protocol
