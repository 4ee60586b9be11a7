#include "core/trace/async_stack.hpp"

#include "core/trace/live_frame.hpp"
#include "core/trace/source_place.hpp"
#include "core/trace/thread_state.hpp"

namespace clarion::trace {

namespace {

std::string name_of(const live_frame& frame) {
    const char* const name = frame.name.get();
    return name != nullptr ? name : function_of(frame.made_in.get());
}

// Null when it has ended, or its note stands for another one by now.
const live_frame* living_parent(const live_frame& of) {
    const live_frame* const parent = of.parent.get();
    if (parent == nullptr || parent->id.load(std::memory_order_acquire) != of.parent_id.get())
        return nullptr;
    return parent;
}

}  // namespace

std::vector<std::string> async_stack(const std::source_location& here, std::size_t frames_max) {
    std::vector<std::string> stack;
    const live_frame* frame = this_thread.current;
    stack.push_back(frame != nullptr ? place_of(here) + " in " + name_of(*frame) : place_of(here));
    while (frame != nullptr && stack.size() < frames_max) {
        const live_frame* const caller = frame->caller.get();
        const live_frame* const next = caller != nullptr ? caller : living_parent(*frame);
        if (next == nullptr)
            break;
        const std::string place = place_of(next->awaits_at.get());
        const char* const how = caller != nullptr ? " in " : " spawned by ";
        stack.push_back((place.empty() ? std::string("?") : place) + how + name_of(*next));
        frame = next;
    }
    return stack;
}

}  // namespace clarion::trace
