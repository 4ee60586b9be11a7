#include "core/trace/live_tree.hpp"

#include "core/async/mailbox.hpp"
#include "core/async/sleep.hpp"
#include "core/trace/async_stack.hpp"
#include "core/trace/mark.hpp"
#include "core/trace/tree_json.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <stdexcept>

namespace {

using namespace clarion;
using support::named;
using support::traced_world;

// As many as there are frames of `counted` coroutines.
int frames = 0;

class counted_frame {
public:
    counted_frame() { ++frames; }
    counted_frame(const counted_frame&) = delete;
    counted_frame& operator=(const counted_frame&) = delete;
    ~counted_frame() { --frames; }
};

task<int> deep(int levels) {
    const counted_frame mine;
    if (levels > 1)
        co_return co_await deep(levels - 1) + 1;
    co_await sleep_for(milliseconds(10));
    co_return 1;
}

task<> several(int levels) {
    const counted_frame mine;
    co_await deep(levels);
}

task<> tagged() {
    trace::tag_coroutine("run", "r_42");
    trace::name_coroutine("the run");
    co_await sleep_for(milliseconds(10));
}

task<> throws_after(duration time) {
    co_await sleep_for(time);
    throw std::runtime_error("failed");
}

task<int> catches() {
    bool caught = false;
    try {
        co_await throws_after(milliseconds(1));
    } catch (const std::runtime_error&) {
        caught = true;
    }
    co_await sleep_for(milliseconds(10));
    co_return caught ? 1 : 0;
}

task<> discards() {
    (void)co_await catches();
}

std::vector<std::string> stack_seen;

task<> innermost() {
    co_await sleep_for(milliseconds(1));
    stack_seen = trace::async_stack(std::source_location::current(), 10);
}

task<> outer() {
    co_await innermost();
}

task<> outermost(task_group& in) {
    in.spawn(outer());
    co_await sleep_for(milliseconds(5));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(live_tree)

BOOST_AUTO_TEST_CASE(its_count_is_that_of_the_live_frames) {
    const std::size_t before = trace::count_live_frames();
    {
        traced_world in(trace::level::live);
        for (int levels = 1; levels <= 20; ++levels)
            in.spawn(several(levels));
        for (int steps = 0; steps < 12; ++steps) {
            const trace::live_tree tree = trace::take_tree();
            int shown = 0;
            for (const trace::tree_frame& each : tree.frames) {
                const bool has_begun = each.state != trace::frame_state::made;
                const std::string& name = tree.words[each.name];
                shown += has_begun && (name.ends_with("deep") || name.ends_with("several"));
            }
            BOOST_TEST(shown == frames);
            BOOST_TEST(tree.frames.size() == trace::count_live_frames());
            in.run_for(milliseconds(1));
        }
        BOOST_TEST(frames == 0);
        in.spawn(several(3));
        in.run_for(milliseconds(1));
        // several, three of deep, sleep_for, sleep_until, wait_until, and the group's own.
        BOOST_TEST(trace::count_live_frames() == before + 8);
    }
    BOOST_TEST(trace::count_live_frames() == before);
}

BOOST_AUTO_TEST_CASE(a_task_that_nobody_awaits_is_there_until_it_goes) {
    traced_world in(trace::level::live);
    std::optional<task<>> kept(tagged());
    const trace::live_tree tree = trace::take_tree();
    BOOST_TEST((named(tree, "tagged").state == trace::frame_state::made));
    kept.reset();
    for (const trace::tree_frame& each : trace::take_tree().frames)
        BOOST_TEST((each.state != trace::frame_state::made));
}

BOOST_AUTO_TEST_CASE(times_are_those_of_the_world) {
    traced_world in(trace::level::live);
    in.run_for(milliseconds(7));
    in.spawn(tagged());
    in.run_for(milliseconds(3));
    std::uint64_t since = 0;
    std::uint64_t now = 0;
    const trace::live_tree tree = trace::take_tree();
    since = support::leaf_of(tree, named(tree, "the run")).since_ns;
    now = static_cast<std::uint64_t>(in.world().now().since_start().count());
    BOOST_TEST(now - since == 3'000'000U);
}

BOOST_AUTO_TEST_CASE(a_tag_is_inherited_and_its_label_shown) {
    traced_world in(trace::level::live);
    in.spawn(tagged());
    in.run_for(milliseconds(1));
    const trace::live_tree tree = trace::take_tree();
    const trace::tree_frame& run = named(tree, "the run");
    BOOST_TEST(tree.label_of(run.tag) == "run r_42");
    BOOST_TEST(tree.label_of(support::leaf_of(tree, run).tag) == "run r_42");
    in.run_for(milliseconds(20));
}

BOOST_AUTO_TEST_CASE(one_that_catches_goes_on_where_it_is) {
    traced_world in(trace::level::live);
    in.spawn(discards());
    in.run_for(milliseconds(3));
    const trace::live_tree tree = trace::take_tree();
    const trace::tree_frame& alive = named(tree, "catches");
    BOOST_TEST((alive.state == trace::frame_state::awaits_coroutine));
    for (const trace::tree_frame& each : tree.frames)
        BOOST_TEST(!tree.words[each.name].ends_with("throws_after"));
}

BOOST_AUTO_TEST_CASE(an_async_stack_goes_up_through_those_that_await_and_those_that_spawned) {
    traced_world in(trace::level::live);
    task_group group(in.on());
    in.spawn(outermost(group));
    in.run_for(milliseconds(2));
    BOOST_TEST_REQUIRE(stack_seen.size() >= 4U);
    BOOST_TEST(stack_seen[0].ends_with("innermost"));
    BOOST_TEST(stack_seen[1].find("outer") != std::string::npos);
    BOOST_TEST(stack_seen[2].find("task_group::begin") != std::string::npos);
    BOOST_TEST(stack_seen[3].find("spawned by ") != std::string::npos);
    BOOST_TEST(stack_seen[3].ends_with("outermost"));
    in.run_for(milliseconds(10));
}

BOOST_AUTO_TEST_CASE(off_notes_nothing_and_a_later_level_sees_what_is_made_from_then_on) {
    const std::size_t before = trace::count_live_frames();
    traced_world in(trace::level::off);
    in.spawn(several(3));
    in.run_for(milliseconds(1));
    BOOST_TEST(trace::count_live_frames() == before);
    trace::set_level(trace::level::live);
    in.spawn(several(2));
    in.run_for(milliseconds(1));
    BOOST_TEST(trace::count_live_frames() == before + 7);
    trace::set_level(trace::level::off);
    in.run_for(milliseconds(20));
    BOOST_TEST(trace::count_live_frames() == before);
}

BOOST_AUTO_TEST_CASE(as_json_it_has_every_coroutine_and_its_count_is_whole) {
    traced_world in(trace::level::live);
    in.spawn(tagged());
    in.run_for(milliseconds(1));
    const trace::live_tree tree = trace::take_tree();
    const auto shown = boost::json::parse(trace::to_json(tree, 1000)).as_object();
    BOOST_TEST(shown.at("count").as_int64() == static_cast<std::int64_t>(tree.frames.size()));
    BOOST_TEST(shown.at("coroutines").as_array().size() == tree.frames.size());
    const auto cut = boost::json::parse(trace::to_json(tree, 1)).as_object();
    BOOST_TEST(cut.at("coroutines").as_array().size() == 1U);
    BOOST_TEST(cut.at("count") == shown.at("count"));
}

BOOST_AUTO_TEST_SUITE_END()
