#pragma once

#include <string_view>

namespace clarion::protocol {

/// Users and agents of the server's own begin so, outside the charset of ids (`is_valid_id`): no
/// client can name or become one (docs/decisions/0010-the-canary.md).
constexpr bool is_own_name(std::string_view name) {
    return name.starts_with('~');
}

}  // namespace clarion::protocol
