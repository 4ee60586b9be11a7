#pragma once

#include <boost/json/object.hpp>

#include <string_view>

namespace clarion::mcp {

/// Arguments that a schema (JSON Schema, an object) is likely to allow: what is required, and
/// nothing else, each the schema's own default, example or first choice, or something small of its
/// type. References within the schema are followed. For trying a tool out; patterns are not read.
[[nodiscard]] boost::json::object sample_arguments(std::string_view schema);

}  // namespace clarion::mcp
