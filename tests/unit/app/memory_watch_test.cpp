#include "app/memory_watch.hpp"

#include "core/sim/world.hpp"
#include "tests/support/expect_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace {

using namespace clarion;
using namespace clarion::app;

constexpr std::int64_t mib = std::int64_t{1} << 20U;

struct watched_memory {
    void watch(std::int64_t bytes_max) {
        memory_source source;
        source.bytes_max = bytes_max;
        source.resident_bytes = [this] {
            ++looks;
            return resident;
        };
        source.give_back = [this] {
            ++given_back;
            resident -= kept;
            kept = 0;
        };
        memory.emplace(world.get_executor(), failures, ready, std::move(source));
    }
    void looks_again() { world.run_for(memory_watch::interval); }
    bool is_spent() const {
        const bool spent = memory->budget().is_spent();
        BOOST_TEST(spent == !ready.reasons().empty());
        return spent;
    }

    sim::world world;
    failure::ledger failures{failure::logger(), [] {
                                 return 1;
                             }};
    app::readiness ready;
    std::int64_t resident = 10 * mib;
    std::int64_t kept = 0;  // by the allocator, of what is resident
    int looks = 0;
    int given_back = 0;
    std::optional<memory_watch> memory;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_watched, watched_memory)

BOOST_AUTO_TEST_CASE(a_process_at_its_bound_has_spent_its_memory_and_says_so_once) {
    watch(100 * mib);
    looks_again();
    BOOST_TEST(!is_spent());
    resident = 100 * mib - 1;
    looks_again();
    BOOST_TEST(!is_spent());
    resident = 100 * mib;
    looks_again();
    BOOST_TEST(is_spent());
    for (int i = 0; i < 100; ++i)
        looks_again();
    BOOST_TEST(is_spent());
    support::expect_failure(
        failure::code::memory_spent,
        failures,
        {.how = failure::severity::error,
         .of = failure::code_class::infrastructure,
         .detail = "100 MiB resident, of 100 MiB",
         .from = "app/memory_watch.cpp"}
    );
}

BOOST_AUTO_TEST_CASE(it_recovers_a_twentieth_below_the_bound) {
    watch(100 * mib);
    resident = 120 * mib;
    looks_again();
    resident = 95 * mib;
    looks_again();
    BOOST_TEST(is_spent());
    resident = 95 * mib - 1;
    looks_again();
    BOOST_TEST(!is_spent());
    // And again.
    resident = 100 * mib;
    looks_again();
    BOOST_TEST(is_spent());
    BOOST_TEST(failures.count(failure::code::memory_spent) == 2U);
}

BOOST_AUTO_TEST_CASE(what_the_allocator_keeps_is_given_back_now_and_then) {
    watch(100 * mib);
    looks_again();
    BOOST_TEST(given_back == 0);
    resident = 110 * mib;
    looks_again();
    BOOST_TEST(given_back == 1);
    // Freed by the program, but not seen by the system until it is given back.
    kept = 50 * mib;
    world.run_for(memory_watch::give_back_interval - 2 * memory_watch::interval);
    BOOST_TEST(given_back == 1);
    BOOST_TEST(is_spent());
    world.run_for(3 * memory_watch::interval);
    BOOST_TEST(given_back == 2);
    BOOST_TEST(!is_spent());
    world.run_for(std::chrono::minutes(1));
    BOOST_TEST(given_back == 2);
}

BOOST_AUTO_TEST_CASE(without_a_bound_nothing_is_measured) {
    watch(0);
    resident = std::int64_t{1} << 50U;
    world.run_for(std::chrono::minutes(1));
    BOOST_TEST(looks == 0);
    BOOST_TEST(!is_spent());
}

BOOST_AUTO_TEST_CASE(this_process_has_a_size) {
    const memory_source real = memory_of_process(mib);
    BOOST_TEST(real.resident_bytes() > mib);
    real.give_back();
}

BOOST_AUTO_TEST_SUITE_END()
