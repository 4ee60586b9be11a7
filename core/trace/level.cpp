#include "core/trace/level.hpp"

namespace clarion::trace {

std::string_view to_string(level shown) noexcept {
    switch (shown) {
        case level::off:
            return "off";
        case level::live:
            return "live";
        case level::events:
            break;
    }
    return "events";
}

std::optional<level> level_named(std::string_view name) noexcept {
    for (const level each : {level::off, level::live, level::events})
        if (to_string(each) == name)
            return each;
    return std::nullopt;
}

}  // namespace clarion::trace
