#pragma once

#include <cstdint>
#include <string_view>

namespace clarion::protocol {

/// How a run stands (PROTOCOL §4).
enum class run_state : std::uint8_t { queued, running, suspended, finished };
constexpr std::string_view names_of(run_state) {
    return "queued|running|suspended|finished";
}

}  // namespace clarion::protocol
