#include "core/trace/tree_text.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace clarion::trace {

namespace {

constexpr std::size_t depth_max = 200;

std::uint64_t passed(std::uint64_t from_ns, std::uint64_t to_ns) {
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

bool is_suspended(const tree_frame& frame) {
    return frame.state == frame_state::awaits_coroutine ||
           frame.state == frame_state::awaits_operation;
}

// Who stands below whom.
class outline {
public:
    outline(const live_tree& tree, std::string_view tag) : tree_(tree) {
        if (!tag.empty())
            choose(tag);
        for (const tree_frame& frame : tree.frames)
            if (tag.empty() || chosen_.contains(frame.id))
                below_[above(frame)].push_back(&frame);
    }

    const std::vector<const tree_frame*>& below(std::uint64_t id) const {
        static const std::vector<const tree_frame*> none;
        const auto found = below_.find(id);
        return found == below_.end() ? none : found->second;
    }

    // Those that look alike from here on down have the same.
    std::size_t shape(const tree_frame& frame, std::size_t depth = 0) const {
        std::size_t hash = std::hash<std::uint64_t>()(
            (static_cast<std::uint64_t>(frame.name) << 40U) ^
            (static_cast<std::uint64_t>(frame.place) << 20U) ^ frame.operation ^
            (static_cast<std::uint64_t>(frame.state) << 60U)
        );
        if (depth < depth_max)
            for (const tree_frame* each : below(frame.id))
                hash = hash * 31 + shape(*each, depth + 1);
        return hash;
    }

private:
    std::uint64_t above(const tree_frame& frame) const {
        for (const std::uint64_t id : {frame.caller_id, frame.parent_id})
            if (id != frame.id && tree_.find(id) != nullptr)
                return id;
        return 0;
    }

    void choose(std::string_view tag) {
        for (const tree_frame& frame : tree_.frames) {
            const auto known = tree_.labels.find(frame.tag);
            if (known == tree_.labels.end() || tree_.words[known->second.text] != tag)
                continue;
            for (const tree_frame* each = &frame; each && chosen_.insert(each->id).second;)
                each = tree_.find(above(*each));
        }
    }

    const live_tree& tree_;
    std::unordered_set<std::uint64_t> chosen_;
    std::unordered_map<std::uint64_t, std::vector<const tree_frame*>> below_;
};

std::string what_it_does(const live_tree& tree, const tree_frame& frame, std::uint64_t awaits) {
    const std::string& place = tree.words[frame.place];
    const std::string time = time_text(passed(frame.since_ns, tree.taken_ns));
    switch (frame.state) {
        case frame_state::made:
            return "not begun, for " + time;
        case frame_state::running:
            return "RUNNING on thread " + std::to_string(frame.thread) + " for " + time;
        case frame_state::awaits_coroutine:
            return (awaits != 0 ? "awaits #" + std::to_string(awaits) : "awaits a coroutine") +
                   " at " + place + " for " + time;
        case frame_state::awaits_operation:
            return "parked on " + tree.words[frame.operation] + " at " + place + " for " + time;
        case frame_state::ended:
            break;
    }
    return "has ended";
}

class drawing {
public:
    drawing(const live_tree& tree, const tree_view& shown)
        : tree_(tree), shown_(shown), outline_(tree, shown.tag) {}

    std::vector<std::string> lines() && {
        draw_below(0, 0, 0);
        return std::move(lines_);
    }

private:
    // Alike ones side by side are folded.
    void draw_below(std::uint64_t id, std::size_t depth, std::uint64_t tag_above) {
        std::unordered_map<std::size_t, std::size_t> seen;
        std::vector<std::pair<const tree_frame*, std::size_t>> first;
        for (const tree_frame* each : outline_.below(id)) {
            const std::size_t shape = outline_.shape(*each);
            if (seen[shape]++ < shown_.alike_max)
                first.emplace_back(each, shape);
        }
        std::unordered_map<std::size_t, std::size_t> drawn;
        for (const auto& [each, shape] : first) {
            if (lines_.size() >= shown_.lines_max)
                return add(depth, "… and more");
            draw(*each, depth, tag_above);
            const std::size_t more = seen[shape] - std::min(seen[shape], shown_.alike_max);
            if (more > 0 && ++drawn[shape] == shown_.alike_max)
                add(depth, "  … and " + std::to_string(more) + " more like it");
        }
    }

    void draw(const tree_frame& frame, std::size_t depth, std::uint64_t tag_above) {
        std::string line = frame.caller_id == 0 ? "* #" : "  #";
        line += std::to_string(frame.id) + ' ' + tree_.words[frame.name];
        if (frame.tag != tag_above)
            if (const std::string label = tree_.label_of(frame.tag); !label.empty())
                line += " [" + label + ']';
        line += ' ' + what_it_does(tree_, frame, awaited_by(frame));
        add(depth, line);
        if (depth < depth_max)
            draw_below(frame.id, depth + 1, frame.tag);
    }

    std::uint64_t awaited_by(const tree_frame& frame) const {
        for (const tree_frame* each : outline_.below(frame.id))
            if (each->caller_id == frame.id)
                return each->id;
        return 0;
    }

    void add(std::size_t depth, const std::string& text) {
        lines_.push_back(std::string(depth * 2, ' ') + text);
    }

    const live_tree& tree_;
    const tree_view& shown_;
    outline outline_;
    std::vector<std::string> lines_;
};

struct place_count {
    std::size_t count = 0;
    std::uint64_t longest_ns = 0;
};

}  // namespace

std::string time_text(std::uint64_t ns) {
    struct unit {
        double ns;
        const char* name;
    };
    char text[32];
    for (const unit each : {unit{3.6e12, "h"}, {6e10, "min"}, {1e9, "s"}, {1e6, "ms"}, {1e3, "us"}})
        if (static_cast<double>(ns) >= each.ns) {
            std::snprintf(
                text,
                sizeof text,
                "%.3g %s",
                static_cast<double>(ns) / each.ns,
                each.name
            );
            return text;
        }
    return std::to_string(ns) + " ns";
}

std::vector<std::string> tree_lines(const live_tree& tree, const tree_view& shown) {
    return drawing(tree, shown).lines();
}

std::vector<std::string> place_lines(const live_tree& tree, const tree_view& shown) {
    std::map<std::tuple<word, word, word, frame_state>, place_count> places;
    for (const tree_frame& frame : tree.frames) {
        place_count& here = places[{frame.name, frame.place, frame.operation, frame.state}];
        ++here.count;
        here.longest_ns = std::max(here.longest_ns, passed(frame.since_ns, tree.taken_ns));
    }
    std::vector<std::pair<std::tuple<word, word, word, frame_state>, place_count>> sorted(
        places.begin(),
        places.end()
    );
    std::ranges::stable_sort(sorted, std::greater<>(), [](const auto& each) {
        return each.second.count;
    });
    std::vector<std::string> lines{"   count    longest  state    coroutine"};
    for (const auto& [where, found] : sorted) {
        if (lines.size() >= shown.lines_max)
            break;
        const auto [name, place, operation, state] = where;
        const bool waits = is_suspended({.state = state});
        const char* const doing = waits ? "waits" : state == frame_state::running ? "RUNS" : "-";
        char head[64];
        std::snprintf(
            head,
            sizeof head,
            "%8zu %10s  %-8s ",
            found.count,
            time_text(found.longest_ns).c_str(),
            doing
        );
        std::string line = head + tree.words[name];
        if (waits)
            line += " at " + tree.words[place];
        if (operation != 0)
            line += " on " + tree.words[operation];
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace clarion::trace
