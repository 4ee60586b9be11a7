#include "core/trace/tree_text.hpp"

#include "core/async/mailbox.hpp"
#include "core/async/sleep.hpp"
#include "core/trace/mark.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace clarion;
using support::traced_world;

task<> reader(mailbox<int>& from) {
    trace::tag_coroutine("connection", "c_7");
    auto item = co_await from.pop();
    while (item)
        item = co_await from.pop();
}

task<> sleeper() {
    co_await sleep_for(std::chrono::seconds(100));
}

std::size_t lines_with(const std::vector<std::string>& lines, std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(lines, [text](const std::string& line) {
        return line.find(text) != std::string::npos;
    }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tree_text)

BOOST_AUTO_TEST_CASE(a_tree_shows_who_waits_for_what_where_and_since_when) {
    mailbox<int> empty(1);
    traced_world in(trace::level::live);
    in.spawn(reader(empty));
    in.run_for(milliseconds(2500));
    const trace::virtual_time clock(
        [](const void* of) noexcept {
            return static_cast<std::uint64_t>(
                static_cast<const sim::world*>(of)->now().since_start().count()
            );
        },
        &in.world()
    );
    const auto lines = trace::tree_lines(trace::take_tree());
    BOOST_TEST_REQUIRE(lines.size() >= 3U);
    BOOST_TEST(lines[0].starts_with("* #"));
    BOOST_TEST(lines[0].find("clarion::task_group::begin awaits #") != std::string::npos);
    BOOST_TEST(lines[1].find("reader [connection c_7] awaits #") != std::string::npos);
    BOOST_TEST(lines[1].find(" at tests/unit/core/trace/tree_text_test.cpp:") != std::string::npos);
    BOOST_TEST(
        lines[2].find("mailbox::pop parked on wakeup::async_wait at core/async/mailbox.hpp:") !=
        std::string::npos
    );
    BOOST_TEST(lines[2].ends_with(" for 2.5 s"));
    empty.close();
}

BOOST_AUTO_TEST_CASE(those_that_look_alike_are_folded) {
    traced_world in(trace::level::live);
    for (int index = 0; index < 50; ++index)
        in.spawn(sleeper());
    in.run_for(milliseconds(1));
    const auto lines = trace::tree_lines(trace::take_tree());
    BOOST_TEST(lines_with(lines, "sleeper") == 3U);
    BOOST_TEST(lines_with(lines, "… and 47 more like it") == 1U);
    trace::tree_view view;
    view.lines_max = 4;
    BOOST_TEST(trace::tree_lines(trace::take_tree(), view).size() < 8U);
}

BOOST_AUTO_TEST_CASE(places_are_counted_most_numerous_first) {
    traced_world in(trace::level::live);
    for (int index = 0; index < 50; ++index)
        in.spawn(sleeper());
    in.run_for(milliseconds(1));
    const auto lines = trace::place_lines(trace::take_tree());
    BOOST_TEST(lines_with(lines, "      50 ") >= 4U);
    BOOST_TEST(lines[1].find("      50 ") == 0U);
    BOOST_TEST(lines_with(lines, "on wakeup::async_wait") >= 1U);
}

BOOST_AUTO_TEST_CASE(a_tag_chooses_its_own_and_who_awaits_them) {
    mailbox<int> empty(1);
    traced_world in(trace::level::live);
    in.spawn(reader(empty));
    in.spawn(sleeper());
    in.run_for(milliseconds(1));
    const trace::live_tree tree = trace::take_tree();
    const auto lines = trace::tree_lines(tree, {.tag = "c_7"});
    BOOST_TEST(lines_with(lines, "reader") == 1U);
    BOOST_TEST(lines_with(lines, "sleeper") == 0U);
    BOOST_TEST(trace::tree_lines(tree, {.tag = "c_8"}).empty());
    empty.close();
}

BOOST_AUTO_TEST_CASE(times_are_short) {
    BOOST_TEST(trace::time_text(999) == "999 ns");
    BOOST_TEST(trace::time_text(1'500) == "1.5 us");
    BOOST_TEST(trace::time_text(18'000'000) == "18 ms");
    BOOST_TEST(trace::time_text(3'210'000'000) == "3.21 s");
    BOOST_TEST(trace::time_text(90'000'000'000) == "1.5 min");
}

BOOST_AUTO_TEST_SUITE_END()
