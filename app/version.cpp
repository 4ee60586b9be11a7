#include "app/version.hpp"

namespace clarion::app {

std::string_view build_id() {
#ifdef CLARION_BUILD_ID
    return CLARION_BUILD_ID;
#else
    return "unknown";
#endif
}

}  // namespace clarion::app
