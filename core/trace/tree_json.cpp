#include "core/trace/tree_json.hpp"

#include "core/trace/enum_name.hpp"
#include "core/trace/json_text.hpp"

#include <algorithm>
#include <string_view>

namespace clarion::trace {

namespace {

class object {
public:
    explicit object(std::string& to) : to_(to) { to_ += '{'; }
    void number(const char* name, std::uint64_t value) {
        key(name);
        to_ += std::to_string(value);
    }
    void text(const char* name, std::string_view value) {
        key(name);
        append_json_text(to_, value);
    }
    void end() { to_ += '}'; }

private:
    void key(const char* name) {
        to_ += separator_;
        to_ += '"';
        to_ += name;
        to_ += "\":";
        separator_ = ",";
    }

    std::string& to_;
    const char* separator_ = "";
};

std::uint64_t us_between(std::uint64_t from_ns, std::uint64_t to_ns) {
    return (to_ns - std::min(from_ns, to_ns)) / 1000;
}

void append_frame(std::string& to, const live_tree& tree, const tree_frame& frame) {
    object shown(to);
    shown.number("id", frame.id);
    shown.number("parent", frame.parent_id);
    shown.number("awaited_by", frame.caller_id);
    shown.text("name", tree.words[frame.name]);
    shown.text("state", to_string(frame.state));
    shown.text("at", tree.words[frame.place]);
    shown.text("operation", tree.words[frame.operation]);
    shown.number("since_us", us_between(frame.since_ns, tree.taken_ns));
    shown.number("age_us", us_between(frame.made_ns, tree.taken_ns));
    shown.number("turns", frame.turns);
    shown.number("thread", frame.thread);
    shown.text("tag", tree.label_of(frame.tag));
    shown.end();
}

}  // namespace

std::string to_json(const live_tree& tree, std::size_t frames_max) {
    std::string text = "{\"count\":" + std::to_string(tree.frames.size()) + ",\"coroutines\":[";
    const std::size_t shown = std::min(frames_max, tree.frames.size());
    for (std::size_t at = 0; at < shown; ++at) {
        if (at > 0)
            text += ',';
        append_frame(text, tree, tree.frames[at]);
    }
    text += "]}";
    return text;
}

}  // namespace clarion::trace
