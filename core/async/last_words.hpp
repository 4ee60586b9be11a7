#pragma once

#include <string>

namespace clarion {

/// From now on the thread's broken expectations (`CLARION_ASSERT`) are told with what `more` says:
/// which run of a simulation it was.
void tell_in_assertions(std::string (*more)());

}  // namespace clarion
