#pragma once

#include "core/protocol/payloads.hpp"

#include <vector>

namespace clarion::protocol::testing {

/// A legal payload of each event type, in the order of `event_type`, with what is awkward to write.
std::vector<payload> one_of_each();

}  // namespace clarion::protocol::testing
