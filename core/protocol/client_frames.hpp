#pragma once

#include "core/protocol/json_reader.hpp"
#include "core/protocol/server_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// What a client says (PROTOCOL §§2, 3). Every frame may carry an `id` that its replies repeat.
namespace clarion::protocol::client {

struct software {
    std::optional<std::string> name;
    std::optional<std::string> version;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("name", self.name);
        visit("version", self.version);
    }
};

struct hello {
    static constexpr std::string_view type = "hello";
    std::optional<std::string> token;
    std::optional<software> client;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("token", self.token);
        visit("client", self.client);
    }
};

enum class busy_policy : std::uint8_t { enqueue, reject, interrupt, rollback };
constexpr std::string_view names_of(busy_policy) {
    return "enqueue|reject|interrupt|rollback";
}

inline constexpr std::size_t metadata_bytes_max = 4096;

struct message {
    static constexpr std::string_view type = "message";
    std::string thread_id;
    std::string message_id;
    std::string text;
    std::optional<std::string> agent;
    std::optional<busy_policy> on_busy;
    std::optional<json_text> metadata;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
        visit("message_id", self.message_id, rules::client_id);
        visit("text", self.text, rules::not_empty);
        visit("agent", self.agent, rules::name);
        visit("on_busy", self.on_busy);
        visit("metadata", self.metadata, metadata_rule);
    }

private:
    static constexpr field_rule metadata_rule{.bytes_max = metadata_bytes_max, .object = true};
};

/// A position in a thread's log; `{"", 0}` is its start.
struct cursor {
    std::string epoch;
    std::int64_t seq = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("epoch", self.epoch);
        visit("seq", self.seq, rules::count);
    }
};

struct subscribe {
    static constexpr std::string_view type = "subscribe";
    std::string thread_id;
    std::optional<cursor> since;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
        visit("since", self.since);
    }
};

struct unsubscribe {
    static constexpr std::string_view type = "unsubscribe";
    std::string thread_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
    }
};

struct cancel {
    static constexpr std::string_view type = "cancel";
    static constexpr field_choice choice{"run_id", "message_id", field_choice::rule::at_least_one};
    std::string thread_id;
    std::optional<std::string> run_id;
    std::optional<std::string> message_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
        visit("run_id", self.run_id, rules::client_id);
        visit("message_id", self.message_id, rules::client_id);
    }
};

enum class approve_decision : std::uint8_t { allow, deny };
constexpr std::string_view names_of(approve_decision) {
    return "allow|deny";
}

inline constexpr std::size_t approve_arguments_bytes_max = 262144;
inline constexpr std::size_t approve_note_bytes_max = 4096;

/// `arguments` are the call's, edited; a `deny` needs none and its are ignored.
struct approve {
    static constexpr std::string_view type = "approve";
    std::string approval_id;
    approve_decision decision = approve_decision::deny;
    std::optional<json_text> arguments;
    std::optional<std::string> note;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("approval_id", self.approval_id, rules::client_id);
        visit("decision", self.decision);
        visit("arguments", self.arguments, arguments_rule);
        visit("note", self.note, field_rule{.bytes_max = approve_note_bytes_max});
    }

private:
    static constexpr field_rule arguments_rule{
        .bytes_max = approve_arguments_bytes_max,
        .object = true
    };
};

/// Cumulative: everything up to `seq` has been taken in. Has no reply.
struct ack {
    static constexpr std::string_view type = "ack";
    std::string thread_id;
    std::int64_t seq = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
        visit("seq", self.seq, rules::count);
    }
};

inline constexpr field_rule page_limit{.least = 1, .most = 1000};
inline constexpr std::int64_t page_limit_default = 100;

struct threads {
    static constexpr std::string_view type = "threads";
    std::optional<std::int64_t> limit;
    /// The `next` of an earlier answer.
    std::optional<std::string> before;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("limit", self.limit, page_limit);
        visit("before", self.before, before_rule);
    }

private:
    static constexpr field_rule before_rule{.bytes_min = 1, .bytes_max = 256};
};

/// The events between the two, exclusively; without `after_seq` the newest of them.
struct history {
    static constexpr std::string_view type = "history";
    std::string thread_id;
    std::optional<std::int64_t> before_seq;
    std::optional<std::int64_t> after_seq;
    std::optional<std::int64_t> limit;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
        visit("before_seq", self.before_seq, rules::ordinal);
        visit("after_seq", self.after_seq, rules::count);
        visit("limit", self.limit, page_limit);
    }
};

struct delete_thread {
    static constexpr std::string_view type = "delete_thread";
    std::string thread_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id, rules::thread_id);
    }
};

/// Another token of the same user, to go on with when the present one ends.
struct refresh {
    static constexpr std::string_view type = "refresh";
    std::string token;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("token", self.token);
    }
};

struct ping {
    static constexpr std::string_view type = "ping";

    template <class Self, class Visitor>
    static void describe(Self&, Visitor&) {}
};

/// Every client frame there is. Reader, schemas, tables of the specification and tests follow it.
using any_frame = std::variant<
    hello,
    message,
    subscribe,
    unsubscribe,
    ack,
    cancel,
    approve,
    threads,
    history,
    delete_thread,
    refresh,
    ping>;

template <class T, class Variant>
inline constexpr bool is_alternative = false;
template <class T, class... Frames>
inline constexpr bool is_alternative<T, std::variant<Frames...>> = (std::same_as<T, Frames> || ...);

struct frame {
    std::optional<std::string> id;
    any_frame body;
};

/// What a frame that could not be read is answered with.
struct refused_frame {
    std::optional<std::string> id;
    server::error answer;
};

/// Reads one text message. Refusals: `bad_request` (not JSON, not an object, a field missing or out
/// of range, its pointer in `detail`) and `unknown_type`.
std::variant<frame, refused_frame> parse_frame(std::string_view text);

}  // namespace clarion::protocol::client

namespace clarion::protocol {

template <class T>
    requires client::is_alternative<T, client::any_frame>
inline constexpr bool is_frame<T> = true;

}  // namespace clarion::protocol
