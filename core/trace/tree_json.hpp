#pragma once

#include "core/trace/live_tree.hpp"

#include <cstddef>
#include <string>

namespace clarion::trace {

/// `{"count":N,"coroutines":[{"id":1,"parent":0,"awaited_by":0,"name":"…","state":"…","at":"…",
/// "operation":"…","since_us":1,"age_us":1,"turns":1,"thread":1,"tag":"run r_1"}]}`, by id; at most
/// `frames_max` of them, the count is whole.
std::string to_json(const live_tree& tree, std::size_t frames_max);

}  // namespace clarion::trace
