#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http {

/// ASCII only, as header names and tokens are.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

struct header_field {
    std::string name;
    std::string value;  ///< without surrounding white space
};

/// The header fields of one message, in the order in which they came. Names ignore case.
class header_fields {
public:
    void add(std::string name, std::string value) {
        fields_.push_back(header_field{std::move(name), std::move(value)});
    }

    /// The value of the first field of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
    /// The elements of a comma-separated list, over all fields of that name (RFC 9110 section 5.3),
    /// without empty ones.
    [[nodiscard]] std::vector<std::string_view> list(std::string_view name) const;
    /// True when that list has `token`, ignoring case.
    [[nodiscard]] bool lists(std::string_view name, std::string_view token) const;

    auto begin() const noexcept { return fields_.begin(); }
    auto end() const noexcept { return fields_.end(); }

private:
    std::vector<header_field> fields_;
};

}  // namespace clarion::http
