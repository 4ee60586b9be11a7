#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::http {

using query_map = std::map<std::string, std::string, std::less<>>;

/// Decodes `a=1&b=x%20y`; '+' is a space. Strict: nothing for a broken percent escape, a name that
/// is empty or comes twice, text that is not UTF-8, or a control character, so that no two parts of
/// the program can read one query differently. An empty query is an empty map.
[[nodiscard]] std::optional<query_map> parse_query(std::string_view query);

}  // namespace clarion::http
