#include "core/agents/agent_registry.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace clarion::agents::test {

namespace {

class named_agent final : public agent {
public:
    explicit named_agent(std::string name) : name_(std::move(name)) {}
    const std::string& name() const override { return name_; }
    const std::string& description() const override { return description_; }
    const std::vector<std::string>& tool_names() const override { return tools_; }
    task<outcome> run(const engine::request_scope&, engine::bridge&, tool_dispatcher&)
        const override {
        co_return completed();
    }

private:
    std::string name_;
    std::string description_ = "for tests";
    std::vector<std::string> tools_;
};

std::vector<std::unique_ptr<const agent>> agents_named(std::initializer_list<const char*> names) {
    std::vector<std::unique_ptr<const agent>> agents;
    for (const char* name : names)
        agents.push_back(std::make_unique<named_agent>(name));
    return agents;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(agent_registry_)

BOOST_AUTO_TEST_CASE(agents_are_found_by_name_and_listed_in_order_with_the_default_marked) {
    const agent_registry agents(agents_named({"zoe", "ada", "bob"}), "ada");
    BOOST_TEST(agents.find("bob")->name() == "bob");
    BOOST_TEST((agents.find("eve") == nullptr));
    BOOST_TEST(agents.default_name() == "ada");
    const auto cards = agents.cards();
    BOOST_REQUIRE(cards.size() == 3U);
    BOOST_TEST(cards[0].name == "zoe");
    BOOST_TEST(!cards[0].is_default);
    BOOST_TEST(cards[1].is_default);
    BOOST_TEST(cards[1].description == "for tests");
    BOOST_TEST(cards[2].available);
    BOOST_TEST(!cards[2].reason);
}

BOOST_AUTO_TEST_CASE(the_servers_own_agent_is_found_and_not_listed) {
    const agent_registry agents(agents_named({"ada", "~canary"}), "ada");
    BOOST_TEST((agents.find("~canary") != nullptr));
    BOOST_TEST(agents.cards().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_name_given_twice_or_a_default_that_is_missing_stops_the_start) {
    const auto says = [](const char* text) {
        return [text](const std::invalid_argument& error) {
            return error.what() == std::string(text);
        };
    };
    BOOST_CHECK_EXCEPTION(
        agent_registry(agents_named({"ada", "bob", "ada"}), "ada"),
        std::invalid_argument,
        says("two agents are named ada")
    );
    BOOST_CHECK_EXCEPTION(
        agent_registry(agents_named({"ada"}), "eve"),
        std::invalid_argument,
        says("the default agent eve does not exist")
    );
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
