#pragma once

#include "core/protocol/json_writer.hpp"

#include <string>

namespace clarion::app {

/// A JSON array of objects: `write(object_writer&, element)` for each.
template <class Elements, class Write>
protocol::json_text json_list(const Elements& elements, Write write) {
    protocol::json_text list{"["};
    for (const auto& element : elements) {
        if (list.text.size() > 1)
            list.text += ',';
        protocol::object_writer object(list.text);
        write(object, element);
        object.end();
    }
    list.text += ']';
    return list;
}

}  // namespace clarion::app
