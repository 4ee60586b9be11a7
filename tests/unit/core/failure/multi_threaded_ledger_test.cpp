#include "core/failure/ledger.hpp"
#include "tests/unit/core/failure/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using clarion::failure::captured_log;
using clarion::failure::code;
using clarion::failure::concern;
using clarion::failure::ledger;
using clarion::failure::logger;
using clarion::failure::record;
using clarion::failure::records_max;
using clarion::failure::to_json;

BOOST_AUTO_TEST_SUITE(multi_threaded_ledger)

BOOST_AUTO_TEST_CASE(reports_from_many_threads_are_all_counted_and_records_stay_whole) {
    constexpr int threads = 4;
    constexpr int reports = 500;
    const auto log = std::make_shared<captured_log>();
    ledger failures(logger(log), [] { return std::int64_t{1000}; });
    std::atomic<bool> over = false;
    std::atomic<int> torn = 0;

    std::thread reading([&] {
        while (!over) {
            const auto shown = failures.snapshot();
            for (const record& kept : shown.records)
                torn += kept.user_id == kept.detail && kept.run_id == kept.detail ? 0 : 1;
            torn += shown.records.size() <= records_max ? 0 : 1;
            torn += to_json(shown).empty() ? 1 : 0;
        }
    });
    std::vector<std::thread> shards;
    for (int index = 0; index < threads; ++index) {
        shards.emplace_back([&failures, index] {
            const std::string user = "user-" + std::to_string(index);
            const concern touched{.about = {.user_id = user, .run_id = user}};
            for (int count = 0; count < reports; ++count) {
                failures.report(code::slow_consumer, touched, user);
                failures.report(code::tool_failed, touched, user);
            }
        });
    }
    for (std::thread& shard : shards)
        shard.join();
    over = true;
    reading.join();

    BOOST_TEST(torn == 0);
    BOOST_TEST(failures.count(code::slow_consumer) == static_cast<unsigned>(threads * reports));
    BOOST_TEST(failures.count(code::tool_failed) == static_cast<unsigned>(threads * reports));
    BOOST_TEST(failures.snapshot().records.size() == records_max);
    BOOST_TEST(log->lines().size() == static_cast<unsigned>(2 * threads * reports));
}

BOOST_AUTO_TEST_SUITE_END()
