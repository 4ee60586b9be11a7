#pragma once

#include "core/protocol/describe.hpp"
#include "core/protocol/run_state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the server says about threads as a whole (PROTOCOL §3).
namespace clarion::protocol::server {

/// Pages of threads and of history end here, as frames; one that holds a single larger entry does
/// not.
inline constexpr std::size_t page_bytes_max = 262144;

/// A run that has not ended, where the thread is known already.
struct run_of_thread {
    std::string run_id;
    run_state state = run_state::running;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("run_id", self.run_id);
        visit("state", self.state);
    }
};

struct thread_entry {
    std::string thread_id;
    std::string title;
    std::int64_t seq = 0;
    std::int64_t updated_ms = 0;
    std::optional<run_of_thread> active_run;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
        visit("title", self.title);
        visit("seq", self.seq, rules::count);
        visit("updated_ms", self.updated_ms, rules::count);
        visit("active_run", self.active_run);
    }
};

struct threads {
    static constexpr std::string_view type = "threads";
    std::vector<thread_entry> threads;
    /// To be passed as `before`; absent when there are no more.
    std::optional<std::string> next;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("threads", self.threads);
        visit("next", self.next);
    }
};

struct history {
    static constexpr std::string_view type = "history";
    std::string thread_id;
    std::string epoch;
    /// Whole events, as they are delivered live.
    std::vector<json_text> events;
    bool more = false;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
        visit("epoch", self.epoch);
        visit("events", self.events);
        visit("more", self.more);
    }
};

struct deleted {
    static constexpr std::string_view type = "deleted";
    std::string thread_id;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("thread_id", self.thread_id);
    }
};

struct thread_changed : thread_entry {
    static constexpr std::string_view type = "thread_changed";
};

}  // namespace clarion::protocol::server
