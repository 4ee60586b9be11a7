#include "tests/support/lint_guard.hpp"

#include "core/trace/ring.hpp"
#include "core/trace/timeline.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>
#include <utility>

namespace clarion::support {

lint_guard::lint_guard(trace::lint_settings with)
    : with_(std::move(with)), before_(trace::current_level()) {
    // A server that a test killed keeps its guard: what it recorded is this test's, or nobody's.
    static boost::unit_test::test_unit_id last_test = boost::unit_test::INV_TEST_UNIT_ID;
    const auto this_test = boost::unit_test::framework::current_test_case_id();
    if (before_ != trace::level::events || this_test != last_test)
        trace::forget_records();
    last_test = this_test;
    trace::set_level(trace::level::events);
}

lint_guard::~lint_guard() {
    trace::set_level(before_);
    trace::recording made = trace::take_recording();
    // Out of a simulation it is another time.
    made.tree.taken_ns = 0;
    const auto found = trace::lint(made, with_);
    for (const trace::finding& each : found)
        BOOST_ERROR(
            "lint " << trace::to_string(each.broken) << " at " << each.place << ": " << each.text
        );
    const char* const file = std::getenv("CLARION_TEST_TIMELINE");
    if (!found.empty() && file != nullptr)
        std::ofstream(file) << trace::to_timeline(made);
}

}  // namespace clarion::support
