#include "core/trace/lint.hpp"

#include "core/trace/coroutine_facts.hpp"
#include "core/trace/happens_before.hpp"
#include "core/trace/tree_text.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace clarion::trace {

namespace {

/// Longer chains of coroutines are not followed.
constexpr std::size_t chain_max = 256;

struct touch {
    happens_before::moment when;
    std::uint32_t thread = 0;
    word place = 0;
};

// What is known of one connection.
struct connection_state {
    bool was_accepted = false;
    std::optional<happens_before::moment> registered;
    word registered_at = 0;
    std::optional<word> closed_at;
    std::vector<touch> touches;  // the last of each thread
};

struct open_tool {
    std::uint64_t run = 0;
    word place = 0;
    std::uint64_t at_ns = 0;
};

struct open_emit {
    std::uint64_t subject = 0;
    word place = 0;
    std::uint64_t at_ns = 0;
};

struct running_turn {
    std::uint64_t subject = 0;
    std::uint64_t since_ns = 0;
};

class linting {
public:
    linting(const recording& of, const lint_settings& settings)
        : of_(of), settings_(settings), order_(of), facts_(of) {}

    std::vector<finding> findings() && {
        for (const entry& each : of_.entries) {
            order_.take(each);
            follow_turn(each);
            if (each.what == event::marked)
                take_mark(each);
            else if (each.what == event::abandoned)
                look_at_abandoned(each);
        }
        look_for_lost_emits();
        look_for_overdue();
        std::ranges::stable_sort(found_, {}, &finding::at_ns);
        return std::move(found_);
    }

private:
    void add(rule broken, const entry& at, const std::string& text) {
        add(broken, at.at_ns, at.place, text);
    }
    void add(rule broken, std::uint64_t at_ns, word place, const std::string& text) {
        const std::string where = of_.text(place);
        if (told_.emplace(broken, where).second)
            found_.push_back({broken, text, where, at_ns});
    }

    std::string name_of(std::uint64_t id) const {
        return id == 0 ? std::string("a function") : facts_.name_of(id);
    }

    // The spawned coroutine at the other end of the chain, and where that one stands.
    std::pair<std::uint64_t, word> root_of(const entry& at) const {
        std::uint64_t id = at.subject;
        word place = at.place;
        for (std::size_t steps = 0; facts_.of(id).caller != 0 && steps < chain_max; ++steps) {
            place = facts_.of(id).awaited_at;
            id = facts_.of(id).caller;
        }
        return {id, place};
    }

    std::string label_of(std::uint64_t key) const {
        const std::string known = of_.tree.label_of(key);
        return known.empty() ? "something" : known;
    }

    void take_mark(const entry& at) {
        const std::string& what = of_.text(at.text);
        connection_state& connection = connections_[at.key];
        if (what == "accepted")
            accepted(connection);
        else if (what == "registered")
            registered(at, connection);
        else if (what == "message")
            look_at_message(at, connection);
        else if (what == "touch")
            look_at_touch(at, connection);
        else if (what == "send")
            look_at_send(at, connection);
        else if (what == "closed")
            connection.closed_at = at.place;
        else
            take_run_mark(at, what);
    }

    void take_run_mark(const entry& at, const std::string& what) {
        if (what == "tool_executing")
            tools_[at.key] = {at.other, at.place, at.at_ns};
        else if (what == "tool_completed")
            look_at_completed(at);
        else if (what == "emit")
            emits_[{at.key, at.other}] = {at.subject, at.place, at.at_ns};
        else if (what == "outcome")
            emits_.erase({at.key, at.other});
        else if (what == "run_began")
            begun_runs_.insert(at.key);
        else if (what == "run_closed")
            look_for_open_work(at);
    }

    // Its id may have been another one's, in a process that simulates many.
    static void accepted(connection_state& connection) {
        connection = connection_state();
        connection.was_accepted = true;
    }

    void registered(const entry& at, connection_state& connection) {
        connection.registered = order_.remember();
        connection.registered_at = at.place;
    }

    void look_at_message(const entry& at, const connection_state& connection) {
        if (!connection.was_accepted)
            return;  // its handshake is older than the recording
        const std::string who = name_of(at.subject) + " handles a message of " + label_of(at.key);
        if (!connection.registered)
            return add(rule::message_before_registered, at, who + " that is not registered yet");
        if (order_.is_whole() && !order_.is_after(*connection.registered))
            add(rule::message_unordered_registered,
                at,
                who + ", and only luck made that come after its registration at " +
                    of_.text(connection.registered_at));
    }

    void look_at_touch(const entry& at, connection_state& connection) {
        for (const touch& other : connection.touches)
            if (other.thread != at.thread && order_.is_whole() && !order_.is_after(other.when))
                add(rule::unordered_touch,
                    at,
                    label_of(at.key) + " is touched by " + name_of(at.subject) + " on thread " +
                        std::to_string(at.thread) + ", and on thread " +
                        std::to_string(other.thread) + " at " + of_.text(other.place) +
                        ", in no order");
        std::erase_if(connection.touches, [&at](const touch& each) {
            return each.thread == at.thread;
        });
        connection.touches.push_back({order_.remember(), at.thread, at.place});
    }

    void look_at_send(const entry& at, const connection_state& connection) {
        if (connection.closed_at)
            add(rule::send_after_close,
                at,
                name_of(at.subject) + " sends to " + label_of(at.key) + " after its close at " +
                    of_.text(*connection.closed_at));
    }

    void look_at_completed(const entry& at) {
        if (tools_.erase(at.key) > 0 || !begun_runs_.contains(at.other))
            return;
        add(rule::tool_unpaired,
            at,
            "a tool of " + label_of(at.other) + " completed that was not executing");
    }

    void look_for_open_work(const entry& closed) {
        for (const auto& [call, open] : tools_)
            if (open.run == closed.key)
                add(rule::tool_unpaired,
                    open.at_ns,
                    open.place,
                    "a tool of " + label_of(open.run) + " was still executing when it closed");
        std::erase_if(tools_, [&closed](const auto& each) {
            return each.second.run == closed.key;
        });
        for (const auto& [which, open] : emits_)
            if (which.first == closed.key)
                add_lost(which.first, open);
        std::erase_if(emits_, [&closed](const auto& each) {
            return each.first.first == closed.key;
        });
    }

    // What is under way at the end has its time.
    void look_for_lost_emits() {
        for (const auto& [which, open] : emits_)
            if (open.at_ns + settings_.overdue_ns < of_.tree.taken_ns)
                add_lost(which.first, open);
    }

    void add_lost(std::uint64_t run, const open_emit& open) {
        add(rule::emit_without_outcome,
            open.at_ns,
            open.place,
            name_of(open.subject) + " emitted for " + label_of(run) + ", and no outcome came");
    }

    void follow_turn(const entry& at) {
        std::vector<running_turn>& turns = turns_[at.thread];
        if (at.what == event::resumed || (at.what == event::begun && at.other == 0)) {
            turns.push_back({at.subject, at.at_ns});
            return;
        }
        const bool ends = at.what == event::suspended || at.what == event::ended;
        if (!ends || turns.empty())
            return;
        // A turn ends when its chain parks, or when who was spawned has ended.
        if (at.what == event::ended && order_.actor() != at.subject)
            return;
        const running_turn last = turns.back();
        turns.pop_back();
        const std::uint64_t held = at.at_ns - std::min(at.at_ns, last.since_ns);
        if (held <= settings_.long_turn_ns)
            return;
        const auto [root, place] = root_of(at);
        add(rule::long_turn,
            at.at_ns,
            place,
            name_of(root) + " held its thread for " + time_text(held) + ", up to there");
    }

    void look_at_abandoned(const entry& at) {
        const bool has_begun = at.key != static_cast<std::uint64_t>(frame_state::made);
        // Those that it awaits go with it.
        if (has_begun && facts_.of(at.subject).caller == 0)
            add(rule::abandoned, at, name_of(at.subject) + " was destroyed while it waited");
    }

    // The frame of the chain that should end; null when there is none.
    const tree_frame* ending_frame(const tree_frame& leaf) const {
        if (std::ranges::count(settings_.ending_operations, of_.text(leaf.operation)) > 0)
            return &leaf;
        const tree_frame* each = &leaf;
        for (std::size_t steps = 0; each != nullptr && steps < chain_max; ++steps) {
            if (std::ranges::count(settings_.ending_coroutines, of_.text(each->name)) > 0)
                return each;
            each = each->caller_id != 0 ? of_.tree.find(each->caller_id) : nullptr;
        }
        return nullptr;
    }

    void look_for_overdue() {
        for (const tree_frame& leaf : of_.tree.frames) {
            const std::uint64_t waited =
                of_.tree.taken_ns - std::min(of_.tree.taken_ns, leaf.since_ns);
            if (leaf.state != frame_state::awaits_operation || waited < settings_.overdue_ns)
                continue;
            const tree_frame* const ending = ending_frame(leaf);
            if (ending == nullptr)
                continue;
            const tree_frame* const who = of_.tree.find(ending->caller_id);
            const tree_frame& waiter = who != nullptr ? *who : *ending;
            add(rule::overdue,
                leaf.since_ns,
                waiter.place,
                name_of(waiter.id) + " has waited for " + of_.text(ending->name) + " for " +
                    time_text(waited));
        }
    }

    const recording& of_;
    const lint_settings& settings_;
    happens_before order_;
    coroutine_facts facts_;
    std::unordered_map<std::uint64_t, connection_state> connections_;
    std::unordered_map<std::uint64_t, open_tool> tools_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, open_emit> emits_;
    std::unordered_map<std::uint32_t, std::vector<running_turn>> turns_;
    std::unordered_set<std::uint64_t> begun_runs_;
    std::set<std::pair<rule, std::string>> told_;
    std::vector<finding> found_;
};

}  // namespace

std::vector<finding> lint(const recording& of, const lint_settings& settings) {
    return linting(of, settings).findings();
}

}  // namespace clarion::trace
