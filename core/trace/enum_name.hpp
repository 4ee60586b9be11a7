#pragma once

#include <cstddef>
#include <string_view>

namespace clarion::trace {

/// The name of an enumerator: `names_of(value)` has all of them in order, with '|' between.
template <class Enum>
constexpr std::string_view to_string(Enum value) {
    std::string_view names = names_of(value);
    for (auto left = static_cast<std::size_t>(value); left > 0; --left)
        names.remove_prefix(names.find('|') + 1);
    return names.substr(0, names.find('|'));
}

}  // namespace clarion::trace
