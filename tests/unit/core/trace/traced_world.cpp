#include "tests/unit/core/trace/traced_world.hpp"

#include "core/trace/coroutine_facts.hpp"
#include "core/trace/level.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace clarion::support {

traced_world::traced_world(trace::level how) : before_(trace::current_level()) {
    trace::forget_records();
    trace::set_level(how);
}

traced_world::~traced_world() {
    group_.cancel();
    world_.run();
    trace::set_level(before_);
}

const trace::tree_frame& named(const trace::live_tree& tree, std::string_view name) {
    const trace::tree_frame* found = nullptr;
    for (const trace::tree_frame& each : tree.frames) {
        if (!tree.words[each.name].ends_with(name))
            continue;
        BOOST_REQUIRE_MESSAGE(found == nullptr, "two coroutines are called " << name);
        found = &each;
    }
    BOOST_REQUIRE_MESSAGE(found != nullptr, "no coroutine is called " << name);
    return *found;
}

const trace::tree_frame& leaf_of(const trace::live_tree& tree, const trace::tree_frame& root) {
    for (const trace::tree_frame& each : tree.frames)
        if (each.caller_id == root.id)
            return leaf_of(tree, each);
    return root;
}

std::vector<trace::entry> entries_of(const trace::recording& in, std::string_view function) {
    const trace::coroutine_facts facts(in);
    std::vector<trace::entry> found;
    for (const trace::entry& each : in.entries)
        if (each.subject != 0 && in.text(facts.of(each.subject).name).ends_with(function))
            found.push_back(each);
    return found;
}

std::size_t count(const trace::recording& in, trace::event what) {
    return static_cast<std::size_t>(
        std::ranges::count(in.entries, what, [](const trace::entry& each) { return each.what; })
    );
}

}  // namespace clarion::support
