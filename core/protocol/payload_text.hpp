#pragma once

#include "core/protocol/events.hpp"
#include "core/protocol/json_reader.hpp"

#include <string>
#include <string_view>
#include <variant>

// Payloads between their typed form and the JSON that is stored and sent.
namespace clarion::protocol {

std::string payload_to_json(const payload& value);

/// An event on its way to the log, which fills in the rest.
event uncommitted(const payload& value);

/// The way back, for a run's state folded from its log. An error names the first wrong field.
std::variant<payload, field_error> payload_from_json(event_type type, std::string_view json);

/// What the event's type asks of its fields, beyond their types (PROTOCOL §4).
std::optional<field_error> check_payload(const payload& value);

}  // namespace clarion::protocol
