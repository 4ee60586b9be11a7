#pragma once

#include "core/async/timer_queue.hpp"
#include "core/ports/model.hpp"
#include "net/model/chat_chunk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::model {

/// How asking a model once can fail.
enum class failure_kind : std::uint8_t {
    unreachable,       ///< no connection, TLS and proxies included
    cut_off,           ///< the connection ended before the answer did
    refused,           ///< the server said no: it is in trouble, for a while
    limited,           ///< the server said no: it is asked too often
    rejected,          ///< the server said no, and would again
    prompt_too_long,   ///< more than the model's context holds
    answer_too_large,  ///< more than our own limits
    malformed,         ///< what came is no chat completion
    first_token_late,  ///< nothing of the answer within `first_token_ms`
    went_silent,       ///< nothing more of it within `idle_ms`
    took_too_long,     ///< not whole within `total_ms`
    resting,           ///< not asked at all: the circuit breaker is open
};
constexpr std::string_view names_of(failure_kind) {
    return "unreachable|cut_off|refused|limited|rejected|prompt_too_long|answer_too_large|"
           "malformed|"
           "first_token_late|went_silent|took_too_long|resting";
}

struct chat_failure {
    failure_kind what = failure_kind::malformed;
    /// One sentence's beginning, for the user: no credential, no prompt.
    std::string message;
    /// As the server asked for.
    std::optional<duration> retry_after{};
};

/// An answer with a status other than 2xx. `body` is quoted as far as it is legible.
[[nodiscard]] chat_failure failure_of_status(unsigned status, std::string_view body);
/// An error inside an answer that had begun well.
[[nodiscard]] chat_failure failure_of(const reported_error& error);

/// What the run's user is told when nothing is left to try.
[[nodiscard]] protocol::agent_error_code error_code_of(failure_kind what);
/// Asking again may help, as long as nothing of an answer was shown.
[[nodiscard]] bool is_worth_a_retry(failure_kind what);
/// Another model may do better.
[[nodiscard]] bool is_worth_another_model(failure_kind what);
/// Says something about the endpoint's health, and nothing about what was asked.
[[nodiscard]] bool counts_against_endpoint(failure_kind what);

}  // namespace clarion::model
