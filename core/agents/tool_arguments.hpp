#pragma once

#include "core/agents/tool.hpp"
#include "core/protocol/describe.hpp"
#include "core/protocol/json_reader.hpp"

#include <boost/json/object.hpp>

#include <utility>
#include <variant>

namespace clarion::agents {

/// A tool's arguments as the described struct that the tool works with, or a failure that names the
/// first wrong one by its JSON Pointer: "argument /limit must be at most 20". Members that the
/// struct does not know are ignored.
template <protocol::described T>
[[nodiscard]] std::variant<T, tool_failure> read_arguments(const boost::json::object& arguments) {
    T read;
    protocol::object_reader reader(arguments);
    T::describe(read, reader);
    if (const auto error = reader.take_error())
        return tool_failure{"argument " + error->pointer + " " + error->reason, true};
    return read;
}

}  // namespace clarion::agents
