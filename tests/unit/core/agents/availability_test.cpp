#include "core/agents/availability.hpp"

#include "core/agents/outside/tool_catalog.hpp"
#include "tests/unit/core/agents/silent_source.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::agents;
using std::chrono::seconds;
using names = std::vector<std::string>;

protocol::server::agent_card card_of(const std::string& name) {
    protocol::server::agent_card made;
    made.name = name;
    return made;
}

struct fixture {
    fixture() {
        catalog.add(source, {});
        registry.use(catalog);
        catalog.list("files", {test::described("read")});
    }

    names judged() {
        names changed;
        for (const protocol::server::agent_card* card : tested.judge())
            changed.push_back(card->name);
        return changed;
    }
    const protocol::server::agent_card& card(std::size_t index) { return tested.cards().at(index); }
    void answers(const std::string& service) { tested.take(service, std::nullopt, now); }
    void fails(const std::string& service, const std::string& why) {
        tested.take(service, why, now);
    }

    test::silent_source source;
    outside::tool_catalog catalog{"", {}};
    tool_registry registry;
    availability tested{{card_of("demo"), card_of("desk"), card_of("clerk")}, registry};
    time_point now{seconds(100)};
};

BOOST_FIXTURE_TEST_SUITE(agent_availability, fixture)

BOOST_AUTO_TEST_CASE(an_agent_that_stands_on_nothing_can_always_answer) {
    BOOST_TEST(tested.is_constant());
    BOOST_TEST(tested.due(now).empty());
    BOOST_TEST(judged().empty());
    BOOST_TEST(card(0).available);
    BOOST_TEST(!card(0).reason.has_value());
}

BOOST_AUTO_TEST_CASE(a_service_that_is_away_is_told_once_and_so_is_its_return) {
    tested.add({.agent = "desk", .services = {"a"}});
    BOOST_TEST(!tested.is_constant());
    fails("a", "127.0.0.1:1: connection refused");
    BOOST_TEST((judged() == names{"desk"}));
    BOOST_TEST(!card(1).available);
    BOOST_TEST(card(1).reason.value() == "127.0.0.1:1: connection refused");
    BOOST_TEST(judged().empty());
    // Another reason is news.
    fails("a", "127.0.0.1:1: it cannot serve now (HTTP 503)");
    BOOST_TEST((judged() == names{"desk"}));
    answers("a");
    BOOST_TEST((judged() == names{"desk"}));
    BOOST_TEST(card(1).available);
    BOOST_TEST(!card(1).reason.has_value());
}

BOOST_AUTO_TEST_CASE(one_service_of_a_chain_is_enough_and_the_first_ones_trouble_counts) {
    tested.add({.agent = "desk", .services = {"a", "b"}});
    fails("a", "a is away");
    BOOST_TEST(judged().empty());
    fails("b", "b is away");
    BOOST_TEST((judged() == names{"desk"}));
    BOOST_TEST(card(1).reason.value() == "a is away");
    answers("b");
    BOOST_TEST((judged() == names{"desk"}));
    BOOST_TEST(card(1).available);
}

BOOST_AUTO_TEST_CASE(a_service_is_asked_often_while_it_is_away_and_seldom_while_it_is_there) {
    tested.add({.agent = "desk", .services = {"a"}});
    tested.add({.agent = "clerk", .services = {"a", "b"}});
    BOOST_TEST((tested.due(now) == names{"a", "b"}));  // each once, whoever stands on it
    answers("a");
    fails("b", "away");
    BOOST_TEST(tested.due(now).empty());
    now = now + std::chrono::milliseconds(4999);
    BOOST_TEST(tested.due(now).empty());
    now = now + std::chrono::milliseconds(1);
    BOOST_TEST((tested.due(now) == names{"b"}));
    answers("b");
    now = now + seconds(25);
    BOOST_TEST((tested.due(now) == names{"a"}));
    now = now + seconds(5);
    BOOST_TEST((tested.due(now) == names{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(an_agent_needs_the_sources_of_all_its_tools) {
    tested.add({.agent = "desk", .services = {"a"}, .tools = {"clock", "files"}});
    tested.add({.agent = "clerk", .services = {"a"}, .tools = {"clock"}});
    answers("a");
    BOOST_TEST(judged().empty());
    catalog.lose("files", "ended");
    BOOST_TEST((judged() == names{"desk"}));
    BOOST_TEST(card(1).reason.value() == "the MCP server files ended");
    BOOST_TEST(card(2).available);
    catalog.list("files", {test::described("read")});
    BOOST_TEST((judged() == names{"desk"}));
    BOOST_TEST(card(1).available);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
