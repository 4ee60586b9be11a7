#pragma once

#include "app/config/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace clarion::app {

/// Raises this process's soft limit on open files to the hard one, because every connection is a
/// file and the usual soft limit is 1,024. Says what holds then; a failure leaves what was.
std::uint64_t raise_file_limit();

/// The warning for an operator whose limit does not let `connections_max` be reached, with the
/// numbers; nothing when it does, or when there is no `connections_max`.
std::optional<std::string> too_few_files(std::uint64_t files_max, const limit_settings& limits);

}  // namespace clarion::app
