#pragma once

#include "core/async/random_source.hpp"
#include "core/async/timer_queue.hpp"
#include "net/http/header_fields.hpp"
#include "net/model/chat_failure.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace clarion::model {

struct retry_rules {
    std::size_t attempts_max = 4;  ///< the first one included
    /// The longest pause before the second attempt; doubled for each further one.
    duration first_pause_max = std::chrono::milliseconds(500);
    duration pause_max = std::chrono::seconds(8);
    /// A server that wants more time is left to the next model.
    duration retry_after_max = std::chrono::seconds(60);
};

/// How long a server wants to be left alone, as it says it in one of four forms: `retry-after-ms`,
/// or Retry-After as seconds, as a fraction of them, or as an HTTP date (IMF-fixdate of RFC 9110),
/// which is compared with `wall_ms`. Never negative.
[[nodiscard]] std::optional<duration>
retry_after(const http::header_fields& headers, std::int64_t wall_ms);

/// How long to wait before the same is asked again, or nothing when it is not to be. Full jitter:
/// anything from zero to the bound, or that much beyond what the server asked for. For failures
/// before anything of the answer was shown.
[[nodiscard]] std::optional<duration> pause_before_retry(
    const retry_rules& rules,
    const chat_failure& failure,
    std::size_t attempts_made,
    random_source& random
);

}  // namespace clarion::model
