#pragma once

#include "core/protocol/events.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// JSON Schemas (Draft-07) of everything that goes over the wire (PROTOCOL §7), made of the same
// field lists that read, write and check it. Fields that a schema does not name are allowed.
namespace clarion::protocol {

enum class schema_kind : std::uint8_t { client, server, event };
constexpr std::string_view names_of(schema_kind) {
    return "client|server|event";
}

struct schema_file {
    /// The value of `type` in the frames that it describes.
    std::string type;
    schema_kind kind{};
    /// "welcome.json". Where client and server both have a frame of one type, "threads.client.json"
    /// and "threads.server.json".
    std::string name;
    /// The schema itself.
    std::string text;
    /// Of an event; otherwise nullptr.
    const event_traits* traits = nullptr;
};

/// One for each client frame, server frame and event type, in this order.
[[nodiscard]] std::vector<schema_file> all_schemas();

/// For each type that both sides use, one more file named after the type alone, that takes either.
[[nodiscard]] std::vector<schema_file> shared_schemas(const std::vector<schema_file>& of);

/// What there is, as JSON: `{protocol, schemas:[{name, kind, level?, impact?, url}]}`; `folder` is
/// the beginning of each address.
[[nodiscard]] std::string schema_index(const std::vector<schema_file>& of, std::string_view folder);

}  // namespace clarion::protocol
