#pragma once

#include "net/http/header_fields.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::mcp {

/// A text as the value of a header: as it is when it is plain ASCII without blanks around it, else
/// `=?base64?…?=` (Streamable HTTP, "Value Encoding").
[[nodiscard]] std::string header_value(std::string_view text);

/// Adds `Mcp-Param-NAME` for each argument that the tool wants to see in a header. One that is
/// missing, null or of another type adds nothing.
void add_mirrored(
    std::vector<http::header_field>& headers,
    const std::map<std::string, std::vector<std::string>>& mirrored,
    const boost::json::object& arguments
);

}  // namespace clarion::mcp
