#pragma once

#include "core/protocol/describe.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

// What a run's terminal tells about the run as a whole (PROTOCOL §4).
namespace clarion::protocol {

/// Tokens a model counted for a run.
struct token_usage {
    std::optional<std::string> provider;
    std::optional<std::string> model;
    std::int64_t input_tokens = 0;
    std::int64_t output_tokens = 0;
    std::int64_t total_tokens = 0;
    std::optional<std::int64_t> reasoning_tokens;
    std::optional<std::int64_t> cached_tokens;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("provider", self.provider);
        visit("model", self.model);
        visit("input_tokens", self.input_tokens, rules::count);
        visit("output_tokens", self.output_tokens, rules::count);
        visit("total_tokens", self.total_tokens, rules::count);
        visit("reasoning_tokens", self.reasoning_tokens, rules::count);
        visit("cached_tokens", self.cached_tokens, rules::count);
    }
};

/// Where a run's time went, in milliseconds; a `first_…` is counted from the run's start.
struct run_timing {
    std::int64_t queued_ms = 0;
    std::int64_t first_event_ms = 0;
    std::optional<std::int64_t> first_text_ms;
    std::int64_t model_ms = 0;
    std::int64_t tools_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("queued_ms", self.queued_ms, rules::count);
        visit("first_event_ms", self.first_event_ms, rules::count);
        visit("first_text_ms", self.first_text_ms, rules::count);
        visit("model_ms", self.model_ms, rules::count);
        visit("tools_ms", self.tools_ms, rules::count);
    }
};

/// What a client compares with what it received, to prove that it missed nothing. Covers the run's
/// events from `agent_started` up to, not including, the terminal.
struct run_census {
    std::int64_t first_seq = 0;
    std::int64_t last_seq = 0;
    std::map<std::string, std::int64_t> counts;
    std::int64_t text_bytes = 0;
    std::string text_sha256;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("first_seq", self.first_seq, rules::count);
        visit("last_seq", self.last_seq, rules::count);
        visit("counts", self.counts);
        visit("text_bytes", self.text_bytes, rules::count);
        visit("text_sha256", self.text_sha256);
    }
    friend bool operator==(const run_census&, const run_census&) = default;
};

}  // namespace clarion::protocol
