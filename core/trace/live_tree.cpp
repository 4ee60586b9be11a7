#include "core/trace/live_tree.hpp"

#include "core/trace/clock.hpp"
#include "core/trace/labels.hpp"

#include <algorithm>
#include <string>

namespace clarion::trace {

namespace {

// One that is switched to and fro all the time is seen in two minds at the last.
constexpr int attempts_max = 64;

struct copied_frame {
    tree_frame shown;
    const char* name;
    std::source_location made_in;
    std::source_location awaits_at;
    const char* operation;
};

copied_frame copy(const live_frame& from) {
    copied_frame to{};
    to.shown.parent_id = from.parent_id.get();
    const live_frame* const caller = from.caller.get();
    to.shown.caller_id =
        caller != nullptr ? caller->id.load(std::memory_order_relaxed) : std::uint64_t{0};
    to.shown.tag = from.tag.get();
    to.shown.made_ns = from.made_ns.get();
    to.shown.since_ns = from.since_ns.get();
    to.shown.turns = from.turns.get();
    to.shown.thread = from.thread.get();
    to.shown.state = from.state.get();
    to.name = from.name.get();
    to.made_in = from.made_in.get();
    to.awaits_at = from.awaits_at.get();
    to.operation = from.operation.get();
    return to;
}

class gathering {
public:
    explicit gathering(live_tree& into) : into_(into) {}

    void look(const live_frame& frame) {
        for (int attempt = 0; attempt < attempts_max; ++attempt) {
            const std::uint32_t version = frame.version.load(std::memory_order_acquire);
            const std::uint64_t id = frame.id.load(std::memory_order_relaxed);
            if (id == 0 && version % 2 == 0)
                return;
            const copied_frame copied = copy(frame);
            std::atomic_thread_fence(std::memory_order_acquire);
            const bool is_whole =
                version % 2 == 0 && frame.version.load(std::memory_order_relaxed) == version;
            if (is_whole || (id != 0 && attempt + 1 == attempts_max))
                return add(id, copied);
        }
    }

private:
    void add(std::uint64_t id, const copied_frame& copied) {
        tree_frame& shown = into_.frames.emplace_back(copied.shown);
        shown.id = id;
        word_table& words = into_.words;
        shown.name =
            copied.name != nullptr ? words.text(copied.name) : words.function(copied.made_in);
        const bool is_suspended = copied.awaits_at.line() != 0;
        shown.place = words.place(is_suspended ? copied.awaits_at : copied.made_in);
        shown.operation = words.operation(copied.operation);
    }

    live_tree& into_;
};

}  // namespace

std::string live_tree::label_of(std::uint64_t tag) const {
    const auto known = labels.find(tag);
    if (known == labels.end())
        return {};
    return words[known->second.kind] + ' ' + words[known->second.text];
}

const tree_frame* live_tree::find(std::uint64_t id) const {
    const auto place = std::ranges::lower_bound(frames, id, {}, &tree_frame::id);
    return place != frames.end() && place->id == id ? &*place : nullptr;
}

live_tree take_tree() {
    live_tree tree;
    gathering into(tree);
    const auto look = [](const live_frame& frame, void* context) {
        static_cast<gathering*>(context)->look(frame);
    };
    detail::each_frame(look, &into);
    std::ranges::sort(tree.frames, {}, &tree_frame::id);
    for (const auto& [key, known] : known_labels())
        tree.labels.emplace(
            key,
            label_words{tree.words.add(known.kind), tree.words.add(known.text)}
        );
    tree.taken_ns = now_ns();
    return tree;
}

std::size_t count_live_frames() {
    std::size_t count = 0;
    const auto look = [](const live_frame& frame, void* context) {
        if (frame.id.load(std::memory_order_relaxed) != 0)
            ++*static_cast<std::size_t*>(context);
    };
    detail::each_frame(look, &count);
    return count;
}

}  // namespace clarion::trace
