#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/protocol/run_state.hpp"
#include "core/protocol/thread_frames.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the server says besides events (PROTOCOL §§2, 3, 6).
namespace clarion::protocol {

namespace server {

/// `event_type` of what a client did wrong or the server could not do (PROTOCOL §3, last line).
enum class error_code : std::uint8_t {
    bad_request,
    unknown_type,
    unauthorized,
    forbidden,
    not_found,
    conflict,
    busy,
    rate_limited,
    too_large,
    draining,
    storage_unavailable,
    internal,
};
constexpr std::string_view names_of(error_code) {
    return "bad_request|unknown_type|unauthorized|forbidden|not_found|conflict|busy|rate_limited|"
           "too_large|draining|storage_unavailable|internal";
}

/// True when the same frame may succeed later.
constexpr bool is_retryable(error_code code) {
    return code == error_code::busy || code == error_code::rate_limited ||
           code == error_code::draining || code == error_code::storage_unavailable;
}

struct error {
    static constexpr std::string_view type = "error";
    error_code code = error_code::internal;
    std::string message;
    std::optional<std::string> detail;
    std::optional<std::int64_t> retry_after_ms;
    bool retryable = is_retryable(code);

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("code", self.code);
        visit("message", self.message);
        visit("retryable", self.retryable);
        visit("detail", self.detail);
        visit("retry_after_ms", self.retry_after_ms, rules::count);
    }
};

struct heartbeat {
    std::int64_t interval_ms = 0;
    std::int64_t timeout_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("interval_ms", self.interval_ms, rules::count);
        visit("timeout_ms", self.timeout_ms, rules::count);
    }
};

struct announced_limits {
    std::int64_t frame_bytes_max = 0;
    std::int64_t message_bytes_max = 0;
    std::int64_t messages_per_minute = 0;
    std::int64_t queued_runs_max = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("frame_bytes_max", self.frame_bytes_max, rules::count);
        visit("message_bytes_max", self.message_bytes_max, rules::count);
        visit("messages_per_minute", self.messages_per_minute, rules::count);
        visit("queued_runs_max", self.queued_runs_max, rules::count);
    }
};

struct agent_card {
    std::string name;
    std::string description;
    bool is_default = false;
    bool available = true;
    std::optional<std::string> reason;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("name", self.name, rules::name);
        visit("description", self.description);
        visit("default", self.is_default);
        visit("available", self.available);
        visit("reason", self.reason);
    }
};

struct active_run {
    std::string thread_id;
    std::string run_id;
    run_state state = run_state::running;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
        visit("run_id", self.run_id);
        visit("state", self.state);
    }
};

struct welcome {
    static constexpr std::string_view type = "welcome";
    std::string connection_id;
    std::string user_id;
    std::string protocol;
    std::string server;
    server::heartbeat heartbeat;
    announced_limits limits;
    std::vector<agent_card> agents;
    std::optional<std::vector<active_run>> active_runs;
    std::optional<std::vector<std::string>> degraded;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("connection_id", self.connection_id);
        visit("user_id", self.user_id);
        visit("protocol", self.protocol);
        visit("server", self.server);
        visit("heartbeat", self.heartbeat);
        visit("limits", self.limits);
        visit("agents", self.agents);
        visit("active_runs", self.active_runs);
        visit("degraded", self.degraded);
    }
};

struct accepted {
    static constexpr std::string_view type = "accepted";
    std::string thread_id;
    std::string message_id;
    std::string run_id;
    std::int64_t seq = 0;
    bool duplicate = false;
    run_state state = run_state::running;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
        visit("message_id", self.message_id);
        visit("run_id", self.run_id);
        visit("seq", self.seq, rules::ordinal);
        visit("duplicate", self.duplicate);
        visit("state", self.state);
    }
};

enum class recovery_failure : std::uint8_t { epoch_changed, trimmed, too_far_ahead };
constexpr std::string_view names_of(recovery_failure) {
    return "epoch_changed|trimmed|too_far_ahead";
}

struct subscribed {
    static constexpr std::string_view type = "subscribed";
    std::string thread_id;
    std::string epoch;
    std::int64_t seq = 0;
    bool recovered = true;
    std::optional<recovery_failure> reason;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
        visit("epoch", self.epoch);
        visit("seq", self.seq, rules::count);
        visit("recovered", self.recovered);
        visit("reason", self.reason);
    }
};

struct caught_up {
    static constexpr std::string_view type = "caught_up";
    std::string thread_id;
    std::int64_t seq = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
        visit("seq", self.seq, rules::count);
    }
};

struct unsubscribed {
    static constexpr std::string_view type = "unsubscribed";
    std::string thread_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
    }
};

enum class cancel_verdict : std::uint8_t { accepted, too_late, not_found };
constexpr std::string_view names_of(cancel_verdict) {
    return "accepted|too_late|not_found";
}

struct cancel_result {
    static constexpr std::string_view type = "cancel_result";
    cancel_verdict verdict = cancel_verdict::not_found;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("verdict", self.verdict);
    }
};

enum class approve_verdict : std::uint8_t { resolved, already_resolved, expired, not_found };
constexpr std::string_view names_of(approve_verdict) {
    return "resolved|already_resolved|expired|not_found";
}

struct approve_result {
    static constexpr std::string_view type = "approve_result";
    approve_verdict verdict = approve_verdict::not_found;
    /// Who decided: a user id, or `server`.
    std::optional<std::string> by;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("verdict", self.verdict);
        visit("by", self.by, rules::name);
    }
};

struct refreshed {
    static constexpr std::string_view type = "refreshed";
    /// Of the token that counts from now on.
    std::int64_t expires_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("expires_ms", self.expires_ms, rules::count);
    }
};

struct pong {
    static constexpr std::string_view type = "pong";
    std::int64_t ts = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("ts", self.ts, rules::count);
    }
};

struct token_expiring {
    static constexpr std::string_view type = "token_expiring";
    std::int64_t expires_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("expires_ms", self.expires_ms, rules::count);
    }
};

struct going_away {
    static constexpr std::string_view type = "going_away";
    std::string reason;
    std::int64_t reconnect_after_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("reason", self.reason);
        visit("reconnect_after_ms", self.reconnect_after_ms, rules::count);
    }
};

/// Who answers, and whether they can, as in `welcome`: sent when it has changed.
struct agents {
    static constexpr std::string_view type = "agents";
    std::vector<agent_card> cards;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("agents", self.cards);
    }
};

template <class... Frames>
struct frame_list {};

/// Every answer to a client frame: they repeat its `id`. Schemas, tests and specification follow
/// the two lists; a frame in neither cannot be sent.
using replies = frame_list<
    accepted,
    subscribed,
    caught_up,
    unsubscribed,
    cancel_result,
    approve_result,
    threads,
    history,
    deleted,
    refreshed,
    pong,
    error>;
/// Every frame that the server sends unasked, besides events, and `deleted` to who did not ask.
using notices = frame_list<welcome, thread_changed, token_expiring, server::agents, going_away>;

template <class T, class List>
inline constexpr bool is_listed = false;
template <class T, class... Frames>
inline constexpr bool is_listed<T, frame_list<Frames...>> = (std::same_as<T, Frames> || ...);

}  // namespace server

template <class T>
    requires(server::is_listed<T, server::replies> || server::is_listed<T, server::notices>)
inline constexpr bool is_frame<T> = true;

/// A frame as it goes out: its type, the `id` of the client frame it answers, its fields.
template <described T>
    requires is_frame<T>
std::string to_frame(const T& body, const std::optional<std::string>& id = std::nullopt) {
    std::string out;
    object_writer frame(out);
    frame("type", T::type);
    frame("id", id);
    T::describe(body, frame);
    frame.end();
    return out;
}

}  // namespace clarion::protocol
