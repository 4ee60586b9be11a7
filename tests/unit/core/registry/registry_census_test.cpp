#include "core/registry/registry_census.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion::registry;
using enum disagreement;
using clarion::conversation::home_roll;

/// Two shards: a session whose connection is on the first and whose home is on the second.
std::vector<shard_census> consistent() {
    std::vector<shard_census> shards(2);
    shards[0].registered = {"c_1"};
    shards[0].lines = {{"c_1", "ada", 1, true}, {"c_new", "", 1, true}};
    shards[0].live_lines = 2;
    shards[0].sockets = 3;
    shards[1].sockets = 0;
    shards[1].home.visitors = {"c_1"};
    shards[1].home.subscribers = {{"c_1", "t1", true}};
    return shards;
}

using expected = std::vector<std::pair<disagreement, std::string>>;

void expect(const std::vector<shard_census>& shards, const expected& wanted) {
    const std::vector<difference> found = differences_of(shards);
    BOOST_TEST_REQUIRE(found.size() == wanted.size());
    for (std::size_t index = 0; index < found.size(); ++index) {
        BOOST_TEST((found[index].what == wanted[index].first));
        BOOST_TEST(found[index].where == wanted[index].second);
        BOOST_TEST(!words_of(found[index].what).empty());
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(registry_census)

BOOST_AUTO_TEST_CASE(lists_that_agree_over_shards_have_no_difference) {
    expect(consistent(), {});
    BOOST_TEST(
        sums_of(consistent()) ==
        "registry 1, lines 2, with live coroutines 2, sockets 3, at home 1, subscriptions 1"
    );
}

BOOST_AUTO_TEST_CASE(a_session_without_a_line_or_coroutine_is_found) {
    auto shards = consistent();
    shards[0].lines[0].coroutines = 0;
    shards[0].live_lines = 1;
    expect(shards, {{registered_without_coroutine, "c_1"}});
    shards[0].lines.erase(shards[0].lines.begin());
    expect(shards, {{registered_without_coroutine, "c_1"}});
}

BOOST_AUTO_TEST_CASE(a_session_whose_socket_has_ended_is_found) {
    auto shards = consistent();
    shards[0].lines[0].is_open = false;
    expect(shards, {{registered_without_socket, "c_1"}});
}

BOOST_AUTO_TEST_CASE(a_session_that_its_home_does_not_know_is_found) {
    auto shards = consistent();
    shards[1].home = home_roll();
    expect(shards, {{registered_not_at_home, "c_1"}});
}

BOOST_AUTO_TEST_CASE(a_visitor_without_a_session_is_found) {
    auto shards = consistent();
    shards[1].home.visitors.push_back("c_2");
    expect(shards, {{at_home_not_registered, "c_2"}});
}

BOOST_AUTO_TEST_CASE(a_subscriber_without_a_session_is_found) {
    auto shards = consistent();
    shards[0].home.subscribers = {{"c_3", "t7", true}};
    expect(shards, {{subscribed_not_registered, "c_3 of t7"}});
}

BOOST_AUTO_TEST_CASE(a_subscription_that_its_home_would_not_end_is_found) {
    auto shards = consistent();
    shards[1].home.subscribers[0].is_remembered = false;
    expect(shards, {{subscribed_and_forgotten, "c_1 of t1"}});
}

BOOST_AUTO_TEST_CASE(coroutines_and_sockets_are_counted) {
    auto shards = consistent();
    shards[0].live_lines = 1;
    shards[0].sockets = 1;
    expect(shards, {{coroutines_miscounted, "shard 0"}, {sockets_miscounted, "shard 0"}});
    shards[0].live_lines = 2;
    shards[0].sockets.reset();
    expect(shards, {});
}

BOOST_AUTO_TEST_SUITE_END()
