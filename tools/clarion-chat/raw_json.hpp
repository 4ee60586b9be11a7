#pragma once

#include <string_view>

namespace clarion::chat {

/// The text of one member's value in a JSON object, as it came: Boost.JSON would write 12.5 as
/// 1.25E1 again. Empty when there is none. `object` is well-formed JSON; names with escapes are not
/// found.
std::string_view raw_member(std::string_view object, std::string_view name);

}  // namespace clarion::chat
