#pragma once

#include "core/async/scheduler.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace clarion::model {

struct breaker_rules {
    std::size_t failures_max = 5;  ///< in a row
    duration first_rest = std::chrono::seconds(10);
    duration rest_max = std::chrono::seconds(120);
};

/// The circuit breaker of one endpoint: after so many failures in a row it lets nobody through for
/// a while, then one to try; when that fails, the rest is twice as long. A plain state machine: the
/// time is handed in. One shard.
class breaker {
public:
    explicit breaker(breaker_rules rules = {}) : rules_(rules) {}

    /// Whether the endpoint may be asked now. Each yes is followed by one of the three below.
    [[nodiscard]] bool admit(time_point now);
    void succeeded();
    void failed(time_point now);
    /// It was asked, and nothing is known: whoever asked has left.
    void left_open(time_point now);

    /// How long nobody is let through; nothing when somebody is.
    [[nodiscard]] std::optional<duration> rests_for(time_point now) const;

private:
    enum class state : std::uint8_t { closed, open, trying };

    void open(time_point now);

    breaker_rules rules_;
    state state_ = state::closed;
    std::size_t failures_ = 0;
    duration rest_{0};
    time_point until_;
};

/// One admission, which is always settled: by a verdict, or by leaving.
class admission {
public:
    admission(breaker& of, scheduler& clock) : of_(&of), clock_(&clock) {}
    admission(const admission&) = delete;
    admission& operator=(const admission&) = delete;
    ~admission();

    void succeeded();
    void failed();

private:
    breaker* of_;  // nullptr once settled
    scheduler* clock_;
};

}  // namespace clarion::model
