#include "core/trace/level.hpp"

namespace clarion::trace {

std::optional<level> level_named(std::string_view name) noexcept {
    for (const level each : {level::off, level::live, level::events})
        if (to_string(each) == name)
            return each;
    return std::nullopt;
}

}  // namespace clarion::trace
