#pragma once

#include "core/protocol/json_reader.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string_view>

namespace clarion::agents::outside {

/// The schema of a tool's arguments, by somebody who need not mean well. Checked are types,
/// properties, required, additionalProperties, items, enum, const, the bounds of numbers, texts and
/// arrays, allOf, anyOf, oneOf, and references within the schema. What is not among these, patterns
/// above all, is left to whoever has the tool; so is what lies deeper than the bound. Immutable.
class argument_schema {
public:
    /// A text that is no JSON object allows anything.
    explicit argument_schema(std::string_view text);

    /// The first argument that the schema does not allow, by its JSON Pointer.
    [[nodiscard]] std::optional<protocol::field_error> check(const boost::json::object& arguments
    ) const;

private:
    boost::json::value root_;
};

}  // namespace clarion::agents::outside
