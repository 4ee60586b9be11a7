#pragma once

#include "core/protocol/run_facts.hpp"

#include <optional>

namespace clarion::agents {

inline void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& more) {
    if (more)
        sum = sum.value_or(0) + *more;
}

/// Counts `more` in; the names are those of the last one that has any.
inline void
add(std::optional<protocol::token_usage>& sum, const std::optional<protocol::token_usage>& more) {
    if (!more)
        return;
    if (!sum)
        sum.emplace();
    if (more->provider)
        sum->provider = more->provider;
    if (more->model)
        sum->model = more->model;
    sum->input_tokens += more->input_tokens;
    sum->output_tokens += more->output_tokens;
    sum->total_tokens += more->total_tokens;
    add(sum->reasoning_tokens, more->reasoning_tokens);
    add(sum->cached_tokens, more->cached_tokens);
}

}  // namespace clarion::agents
