#include "core/trace/coroutine_facts.hpp"

namespace clarion::trace {

coroutine_facts::coroutine_facts(const recording& of) : of_(of) {
    const auto stands_at = [&of](std::uint64_t id) {
        const tree_frame* const frame = id != 0 ? of.tree.find(id) : nullptr;
        return frame != nullptr ? frame->place : word{0};
    };
    for (const tree_frame& each : of.tree.frames)
        all_[each.id] =
            {each.name, each.parent_id, each.caller_id, each.tag, stands_at(each.caller_id)};
    for (const entry& each : of.entries)
        if (each.subject != 0)
            take(each);
}

void coroutine_facts::take(const entry& each) {
    facts& about = all_[each.subject];
    // One that is awaited works for whoever awaits it.
    const auto inherit = [this, &about](std::uint64_t from) {
        const auto known = all_.find(from);
        if (about.tag == 0 && known != all_.end())
            about.tag = known->second.tag;
    };
    switch (each.what) {
        case event::made:
            about.maker = each.other;
            if (each.key != 0)
                about.tag = each.key;
            break;
        case event::begun:
            about.caller = each.other;
            about.awaited_at = each.place;
            if (each.key != 0)
                about.tag = each.key;
            inherit(each.other);
            break;
        case event::called:
        case event::passed:
            about.maker = each.other;
            about.caller = each.other;
            about.awaited_at = each.text;
            inherit(each.other);
            break;
        case event::named:
            about.name = each.text;
            break;
        case event::tagged:
            about.tag = each.key;
            break;
        default:
            break;
    }
    const bool tells_function = each.what != event::begun && each.what != event::named;
    if (about.name == 0 && tells_function)
        about.name = each.function;
}

const coroutine_facts::facts& coroutine_facts::of(std::uint64_t id) const {
    static const facts unknown;
    const auto found = all_.find(id);
    return found == all_.end() ? unknown : found->second;
}

std::string coroutine_facts::name_of(std::uint64_t id) const {
    if (id == 0)
        return "(no coroutine)";
    return of_.text(of(id).name) + '#' + std::to_string(id);
}

}  // namespace clarion::trace
