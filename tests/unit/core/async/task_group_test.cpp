// Cancels at every turn of what is cancelled, in many orders: a child that is lost leaves its owner
// waiting for ever.
#include "core/async/task_group.hpp"

#include "core/async/first_of.hpp"
#include "core/async/shard.hpp"
#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace {

using namespace clarion;

task<> ends_at_once() {
    co_return;
}

task<> waits_for_ever() {
    co_await sleep_until(time_point::never());
}

task<> races() {
    co_await first_of(waits_for_ever(), first_of(waits_for_ever(), sleep_for(milliseconds(5))));
}

task<> owns_others(executor on) {
    task_group inner(on);
    inner.spawn(waits_for_ever());
    inner.spawn(ends_at_once());
    co_await inner.join_or_cancel();
}

task<> joins(task_group& group, bool& joined) {
    co_await group.join();
    joined = true;
}

using work = std::function<task<>(executor)>;

// Whether the group can be joined when its child was cancelled after so many turns.
bool can_be_joined(const work& made, std::uint64_t seed, sim::policy order, int turns) {
    sim::world world(seed, order);
    task_group group(world.get_executor());
    const task_group::child child = group.spawn(made(world.get_executor()));
    world.run([&turns] { return turns-- <= 0; });
    child.cancel();
    bool joined = false;
    task_group last(world.get_executor());
    last.spawn(joins(group, joined));
    world.run();
    return joined && group.size() == 0 && last.size() == 0;
}

// Ends a shard on which something hangs.
class stop_in_time final : public timer_entry {
public:
    explicit stop_in_time(shard& of) : of_(of) {
        of_.arm(*this, of_.now() + std::chrono::seconds(10));
    }
    ~stop_in_time() override { of_.disarm(*this); }

    void expired() override { of_.stop(); }

private:
    shard& of_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(task_groups)

BOOST_AUTO_TEST_CASE(a_child_ends_whenever_it_is_cancelled) {
    const std::vector<work> kinds{
        [](executor) { return ends_at_once(); },
        [](executor) { return waits_for_ever(); },
        [](executor) { return races(); },
        [](executor on) { return owns_others(on); },
    };
    constexpr std::uint64_t fifo_seed = 0;
    for (std::size_t kind = 0; kind < kinds.size(); ++kind)
        for (int turns = 0; turns < 24; ++turns)
            for (std::uint64_t seed = fifo_seed; seed <= 40; ++seed) {
                const auto order = seed == fifo_seed ? sim::policy::fifo : sim::policy::random;
                BOOST_REQUIRE_MESSAGE(
                    can_be_joined(kinds[kind], seed, order, turns),
                    "kind " << kind << " cancelled after " << turns << " turns, seed " << seed
                );
            }
}

// A real shard begins a coroutine within `spawn`, where the world of the other tests waits a turn.
BOOST_AUTO_TEST_CASE(the_second_ends_though_the_first_was_over_before_it_began) {
    shard here(0);
    bool both_ended = false;
    asio::co_spawn(
        here.get_executor(),
        first_of(ends_at_once(), waits_for_ever()),
        [&](const std::exception_ptr&, const auto&) {
            both_ended = true;
            here.stop();
        }
    );
    stop_in_time guard(here);
    here.run();
    BOOST_TEST(both_ended);
}

BOOST_AUTO_TEST_CASE(who_joins_or_cancels_hears_of_its_own_cancel) {
    sim::world world;
    task_group group(world.get_executor());
    bool aborted = false;
    const auto joins_and_notes = [&]() -> task<> {
        try {
            co_await owns_others(world.get_executor());
        } catch (const boost::system::system_error& error) {
            aborted = error.code() == asio::error::operation_aborted;
        }
    };
    const task_group::child child = group.spawn(joins_and_notes());
    world.run();
    BOOST_TEST(group.size() == 1U);
    child.cancel();
    world.run();
    BOOST_TEST(aborted);
    BOOST_TEST(group.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
