#pragma once

#include "core/engine/sha256.hpp"
#include "core/protocol/events.hpp"

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
    protocol::run_census counted_;
    sha256 text_;
};

}  // namespace clarion::engine
