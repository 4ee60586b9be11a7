#include "core/failure/drop_report.hpp"

#include "tests/support/expect_failure.hpp"
#include "tests/unit/core/failure/test_pipe.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

using namespace clarion::failure;
using boost::unit_test::timeout;
using clarion::support::expect_failure;

namespace {

std::int64_t fixed_clock() {
    return 1'795'230'905'123;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(drop_reports)

BOOST_AUTO_TEST_CASE(lines_lost_behind_a_reader_that_stands_still_are_reported_once, *timeout(60)) {
    test_pipe pipe;
    pipe.fill();
    logging log({.descriptor = pipe.writing()}, fixed_clock);
    ledger failures(log.root(), fixed_clock);
    const drop_report drops(log, failures);
    const logger root = log.root();
    for (std::size_t number = 0; number < 3 * log_records_max; ++number)
        root.info("record " + std::to_string(number));
    BOOST_TEST(failures.count(code::log_dropped) == 0U);
    pipe.read_until("log records are missing here");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (failures.count(code::log_dropped) == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    expect_failure(
        code::log_dropped,
        failures,
        {.how = severity::warning,
         .of = code_class::infrastructure,
         .detail = "log records are missing",
         .from = "core/failure/drop_report.hpp"}
    );
}

BOOST_AUTO_TEST_SUITE_END()
