#include "core/trace/recording_file.hpp"

#include "core/async/sleep.hpp"
#include "core/trace/mark.hpp"
#include "core/trace/timeline.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

namespace {

using namespace clarion;

task<> worker(int index) {
    trace::tag_coroutine("run", "r_" + std::to_string(index));
    trace::mark("began", "r_" + std::to_string(index));
    co_await sleep_for(milliseconds(index));
}

trace::recording made_up() {
    support::traced_world in;
    for (int index = 1; index <= 5; ++index)
        in.spawn(worker(index));
    in.run_for(milliseconds(3));
    trace::recording made = trace::take_recording();
    made.wall_ms = 1'790'000'000'000;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recording_file)

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    const trace::recording made = made_up();
    const auto read = trace::read_recording(trace::to_bytes(made));
    BOOST_TEST_REQUIRE(std::holds_alternative<trace::recording>(read));
    const auto& back = std::get<trace::recording>(read);
    BOOST_TEST(back.build == made.build);
    BOOST_TEST(back.wall_ms == made.wall_ms);
    BOOST_TEST(back.entries.size() == made.entries.size());
    BOOST_TEST(back.tree.frames.size() == made.tree.frames.size());
    BOOST_TEST(trace::to_timeline(back) == trace::to_timeline(made));
    BOOST_TEST(trace::to_bytes(back) == trace::to_bytes(made));
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_is_refused) {
    const std::string whole = trace::to_bytes(made_up());
    for (std::size_t size = 0; size < whole.size(); ++size)
        BOOST_REQUIRE(std::holds_alternative<trace::bad_file>(
            trace::read_recording(std::string_view(whole).substr(0, size))
        ));
    BOOST_TEST(std::holds_alternative<trace::bad_file>(trace::read_recording(whole + 'x')));
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_refused_or_read_and_never_more) {
    const std::string whole = trace::to_bytes(made_up());
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const int change : {1, 0x40, 0xFF}) {
            std::string damaged = whole;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            const auto read = trace::read_recording(damaged);
            if (const auto* still = std::get_if<trace::recording>(&read))
                BOOST_REQUIRE(still->entries.size() < whole.size());
        }
}

BOOST_AUTO_TEST_SUITE_END()
