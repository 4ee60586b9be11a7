#include "core/trace/lint.hpp"

#include "core/trace/happens_before.hpp"
#include "core/trace/tree_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace clarion::trace {

namespace {

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
        : of_(of), settings_(settings), order_(of) {
        for (const entry& each : of.entries)
            if (each.what == event::made || each.what == event::passed ||
                each.what == event::called)
                names_[each.subject] = each.function;
    }

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
        if (told_.emplace(broken, text + where).second)
            found_.push_back({broken, text, where, at_ns});
    }

    std::string name_of(std::uint64_t id) const {
        if (id == 0)
            return "a function";
        if (const tree_frame* alive = of_.tree.find(id))
            return of_.text(alive->name);
        const auto known = names_.find(id);
        return known != names_.end() ? of_.text(known->second) : "#" + std::to_string(id);
    }

    std::string label_of(std::uint64_t key) const {
        const std::string known = of_.tree.label_of(key);
        return known.empty() ? "something" : known;
    }

    void take_mark(const entry& at) {
        const std::string& what = of_.text(at.text);
        connection_state& connection = connections_[at.key];
        if (what == "accepted")
            connection.was_accepted = true;
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
        if (held > settings_.long_turn_ns)
            add(rule::long_turn, at, name_of(at.subject) + " held its thread for " + time_text(held)
            );
    }

    void look_at_abandoned(const entry& at) {
        if (at.key == static_cast<std::uint64_t>(frame_state::made))
            return;  // never begun
        const std::string& on = of_.text(at.text);
        add(rule::abandoned,
            at,
            name_of(at.subject) + " was destroyed while it waited" +
                (on.empty() ? std::string() : " for " + on));
    }

    bool should_end(const tree_frame& frame) const {
        if (std::ranges::count(settings_.ending_operations, of_.text(frame.operation)) > 0)
            return true;
        std::size_t steps = 0;
        for (const tree_frame* each = &frame; each != nullptr && steps < 64; ++steps) {
            if (std::ranges::count(settings_.ending_coroutines, of_.text(each->name)) > 0)
                return true;
            each = each->caller_id != 0 ? of_.tree.find(each->caller_id) : nullptr;
        }
        return false;
    }

    void look_for_overdue() {
        for (const tree_frame& each : of_.tree.frames) {
            const std::uint64_t waited =
                of_.tree.taken_ns - std::min(of_.tree.taken_ns, each.since_ns);
            if (each.state != frame_state::awaits_operation || waited < settings_.overdue_ns ||
                !should_end(each))
                continue;
            add(rule::overdue,
                each.since_ns,
                each.place,
                of_.text(each.name) + " has waited for " + of_.text(each.operation) + " since " +
                    time_text(waited));
        }
    }

    const recording& of_;
    const lint_settings& settings_;
    happens_before order_;
    std::unordered_map<std::uint64_t, word> names_;
    std::unordered_map<std::uint64_t, connection_state> connections_;
    std::unordered_map<std::uint64_t, open_tool> tools_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, open_emit> emits_;
    std::unordered_map<std::uint32_t, std::vector<running_turn>> turns_;
    std::unordered_set<std::uint64_t> begun_runs_;
    std::set<std::pair<rule, std::string>> told_;
    std::vector<finding> found_;
};

}  // namespace

std::string_view to_string(rule shown) {
    std::string_view names = names_of(shown);
    for (auto left = static_cast<std::size_t>(shown); left > 0; --left)
        names.remove_prefix(names.find('|') + 1);
    return names.substr(0, names.find('|'));
}

std::vector<finding> lint(const recording& of, const lint_settings& settings) {
    return linting(of, settings).findings();
}

}  // namespace clarion::trace
