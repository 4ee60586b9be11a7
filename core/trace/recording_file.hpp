#pragma once

#include "core/trace/recording.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace clarion::trace {

/// The file as docs/tracing.md describes it.
std::string to_bytes(const recording& of);

/// It is no recording, or not a whole one; a sentence for a person.
struct bad_file {
    std::string why;
};
/// Any bytes may be given.
std::variant<recording, bad_file> read_recording(std::string_view bytes);

}  // namespace clarion::trace
