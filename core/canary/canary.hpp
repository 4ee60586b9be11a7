#pragma once

#include "core/canary/canary_pass.hpp"
#include "core/canary/canary_round.hpp"
#include "core/canary/canary_wire.hpp"
#include "core/failure/ledger.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace clarion::canary {

struct canary_settings {
    /// Between the end of a green round and the next one.
    duration interval = std::chrono::seconds(30);
    /// The same behind a red one: what has been mended shows soon.
    duration retry = std::chrono::seconds(2);
    /// A round that takes longer is red: a run of it takes milliseconds.
    duration round_max = std::chrono::seconds(10);
};

/// What has come of the rounds. Durations and times in ms.
struct canary_figures {
    std::uint64_t rounds_green = 0;
    std::uint64_t rounds_red = 0;
    /// Of the last round.
    bool is_green = false;
    std::int64_t last_round_us = 0;
    /// Unix ms; 0: never.
    std::int64_t last_green_ms = 0;
};

/// Runs round after round. A round that fails is a failure (`canary_failed`) where it begins or
/// changes its place, not each time it is found again. One shard; all it is given outlives it.
class canary {
public:
    canary(dial to, pass& credentials, failure::ledger& failures, canary_settings with = {});

    /// From now until cancelled.
    task<> run();

    /// Behind every green round.
    std::function<void()> on_green = [] {
    };
    /// Behind every red one, with the sentence that says why.
    std::function<void(const std::string&)> on_red = [](const std::string&) {
    };

    /// Any thread.
    canary_figures figures() const;

private:
    task<std::optional<trouble>> try_once();
    void note(const std::optional<trouble>& found, duration took, std::int64_t now_ms);

    const dial dial_;
    pass& pass_;
    failure::ledger& failures_;
    const canary_settings settings_;
    std::string red_because_;  // the step at which the last round failed
    mutable std::mutex mutex_;
    canary_figures figures_;
};

}  // namespace clarion::canary
