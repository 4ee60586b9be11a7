#pragma once

#include "core/protocol/json_reader.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string_view>

// Reading a server's frames: what is missing or of another type is as if it were not there.
namespace clarion::chat {

/// A string member; empty without one. Valid as long as `from`.
inline std::string_view text_of(const boost::json::object& from, std::string_view name) {
    const boost::json::value* member = from.if_contains(name);
    if (member == nullptr || !member->is_string())
        return {};
    return member->get_string();
}

template <class Frame>
std::optional<Frame> read_fields(const boost::json::object& from) {
    Frame frame;
    protocol::object_reader reader(from);
    Frame::describe(frame, reader);
    if (reader.take_error())
        return std::nullopt;
    return frame;
}

}  // namespace clarion::chat
