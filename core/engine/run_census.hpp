#pragma once

#include "core/engine/sha256.hpp"
#include "core/protocol/events.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace clarion::engine {

/// Counts a run's committed events, so that its terminal can prove what a client must have seen
/// (PROTOCOL §4). A pure fold.
class run_census {
public:
    /// `delta` is the text of a `text_delta`, empty for every other type.
    void count(protocol::event_type type, std::int64_t seq, std::string_view delta);

    protocol::run_census result() const;

private:
    std::int64_t first_seq_ = 0;
    std::int64_t last_seq_ = 0;
    std::array<std::int64_t, protocol::event_types_count> counts_{};
    std::int64_t text_bytes_ = 0;
    sha256 text_;
};

}  // namespace clarion::engine
