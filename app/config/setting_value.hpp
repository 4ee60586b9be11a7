#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a setting's value may be, whichever source it comes from.
namespace clarion::app {

using setting_value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

/// What the values of one setting have in common. `expected` completes the sentence "must be …".
struct value_rule {
    /// The alternative of setting_value that it takes.
    enum class kind : std::uint8_t { toggle, whole_number, text, list };

    kind of = kind::text;
    std::string expected;
    /// For whole numbers, both included.
    std::int64_t min = 0;
    std::int64_t max = 0;
    /// For a text, and for each text of a list.
    bool (*fits)(std::string_view) = nullptr;
};

value_rule toggle();
value_rule whole_number(std::int64_t min, std::int64_t max);
value_rule text(std::string expected, bool (*fits)(std::string_view));
/// `one` names a single element with its article: "an origin such as …".
value_rule list(std::string one, bool (*fits)(std::string_view));

/// Whether a value that already has a type, as in the file, obeys the rule.
[[nodiscard]] bool accepts(const value_rule& rule, const setting_value& value);

/// The value that a flag or a variable spells; for a list one element. Nothing when it obeys not.
[[nodiscard]] std::optional<setting_value>
parse_value(const value_rule& rule, std::string_view spelled);

}  // namespace clarion::app
