#include "core/async/ask_all.hpp"

#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

using namespace clarion;
using answers = std::vector<std::optional<int>>;

task<> ask_into(answers& into, std::vector<executor> shards, time_point deadline) {
    std::function<int(std::size_t)> question = [](std::size_t index) {
        return static_cast<int>(index) * 10;
    };
    into = co_await ask_all(std::move(shards), std::move(question), deadline);
}

// Until nothing is left to do on any of them: the first moves time only when the others are quiet.
void ask(sim::world& asker, answers& into, std::vector<executor> shards, sim::world* other) {
    bool done = false;
    asio::co_spawn(
        asker.get_executor(),
        ask_into(into, std::move(shards), asker.now() + std::chrono::seconds(2)),
        [&done](const std::exception_ptr& failure) {
            BOOST_TEST(!failure);
            done = true;
        }
    );
    asker.run_for(duration::zero());
    if (other != nullptr)
        other->run();
    asker.run();
    BOOST_TEST(done);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(asking_all_shards)

BOOST_AUTO_TEST_CASE(answers_come_in_the_order_of_the_shards) {
    sim::world here;
    sim::world there;
    answers found;
    ask(here, found, {there.get_executor(), here.get_executor()}, &there);
    BOOST_TEST((found == answers{0, 10}));
    BOOST_TEST((here.now() < time_point(std::chrono::seconds(2))));
}

BOOST_AUTO_TEST_CASE(a_shard_that_does_not_answer_is_missing_and_holds_nobody_up) {
    sim::world here;
    sim::world stuck;
    answers found;
    const time_point before = here.now();
    ask(here, found, {here.get_executor(), stuck.get_executor()}, nullptr);
    BOOST_TEST((found == answers{0, std::nullopt}));
    BOOST_TEST((here.now() - before == std::chrono::seconds(2)));
    stuck.run();  // its late answer finds nobody
    here.run();
}

BOOST_AUTO_TEST_CASE(asking_nobody_ends_at_once) {
    sim::world here;
    answers found{1};
    ask(here, found, {}, nullptr);
    BOOST_TEST(found.empty());
}

BOOST_AUTO_TEST_SUITE_END()
