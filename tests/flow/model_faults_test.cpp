// Thousands of runs of a model agent with something going wrong at a random step: whatever the
// model does, and whenever the user cancels, there is one terminal, each call has its completion,
// and what the model is told next is valid.
#include "core/agents/model/model_agent.hpp"
#include "tests/support/effort.hpp"
#include "tests/support/flow_server.hpp"
#include "tests/support/scripted_models.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace {

using namespace clarion;
using protocol::agent_error_code;
using support::flow_client;
using support::flow_server;
using support::scripted_models;

constexpr std::uint64_t runs_count = support::share_of(20'000);

/// A model that answers at random, well or badly; the seed decides.
class random_model {
public:
    explicit random_model(std::uint64_t seed) : random_(seed) {}

    scripted_models::script next_answer() {
        scripted_models::script answer;
        if (one_in(4))
            answer.push_back(late(support::notes("attempt 2 of 4")));
        if (one_in(2))
            answer.push_back(late(support::thinks("Hm, \xC3\xA4.")));
        for (auto pieces = random_.below(4); pieces > 0; --pieces)
            answer.push_back(late(support::says(one_in(5) ? " " : "piece ")));
        if (one_in(6))
            answer.push_back(late(support::fails(random_code(), "model m: trouble")));
        else if (one_in(2))
            answer.push_back(late(support::calls(random_calls(), 100)));
        else
            answer.push_back(late(support::stops(ports::model_finish{random_finish()})));
        return answer;
    }

    bool one_in(std::uint64_t chances) { return random_.below(chances) == 0; }
    duration moment() { return milliseconds(static_cast<std::int64_t>(random_.below(400))); }

private:
    scripted_models::piece late(scripted_models::piece what) {
        if (one_in(3))
            what.after = milliseconds(static_cast<std::int64_t>(random_.below(100)));
        return what;
    }

    agent_error_code random_code() {
        constexpr std::array codes = {
            agent_error_code::model_unavailable,
            agent_error_code::model_error,
            agent_error_code::model_timeout,
        };
        return codes[random_.below(codes.size())];
    }

    ports::model_finish random_finish() {
        constexpr std::array ways = {
            ports::model_finish::stopped,
            ports::model_finish::length,
            ports::model_finish::filtered,
        };
        return ways[random_.below(ways.size())];
    }

    std::vector<ports::model_call> random_calls() {
        std::vector<ports::model_call> calls;
        for (auto count = 1 + random_.below(3); count > 0; --count)
            calls.push_back(random_call());
        return calls;
    }

    ports::model_call random_call() {
        const std::string id = one_in(3) ? "" : "c" + std::to_string(random_.below(3));
        switch (random_.below(6)) {
            case 0:
                return support::calling("calculator", R"({"expression":"1/"})", id);
            case 1:
                return support::calling("no_such_tool", "{}", id);
            case 2:
                return support::calling("sleeping_tool", "{}", id);
            case 3: {
                ports::model_call broken = support::calling("calculator", "{\"expr", id);
                broken.is_malformed = true;
                return broken;
            }
            default:
                return support::calling("calculator", R"({"expression":"1+1"})", id);
        }
    }

    random_source random_;
};

/// Each message with calls is followed by exactly their results.
void check_told(const ports::model_request& told) {
    std::set<std::string> open;
    for (const ports::model_message& message : told.messages) {
        if (message.by == ports::speaker::tool) {
            BOOST_REQUIRE(open.erase(message.call_id) == 1U);
            continue;
        }
        BOOST_REQUIRE(open.empty());
        for (const ports::model_call& call : message.calls)
            BOOST_REQUIRE((!call.id.empty() && open.insert(call.id).second));
    }
    BOOST_REQUIRE(open.empty());
    BOOST_REQUIRE((told.messages.back().by != ports::speaker::assistant));
}

/// Each run has one terminal, and each call that began has ended.
void check_shown(const flow_client& client, std::size_t runs) {
    std::map<std::string, int> calls;
    std::size_t terminals = 0;
    for (const boost::json::object& frame : client.frames()) {
        const auto& type = frame.at("type").as_string();
        if (type == "tool_executing")
            ++calls[std::string(frame.at("payload").at("tool_call_id").as_string())];
        if (type == "tool_completed")
            --calls[std::string(frame.at("payload").at("tool_call_id").as_string())];
        const bool is_terminal =
            type == "agent_completed" || type == "agent_error" || type == "agent_cancelled";
        terminals += is_terminal ? 1 : 0;
    }
    BOOST_REQUIRE_EQUAL(terminals, runs);
    for (const auto& [id, open] : calls)
        BOOST_REQUIRE_EQUAL(open, 0);
}

void run_once(std::uint64_t seed) {
    random_model model(seed);
    scripted_models models;
    for (int answer = 0; answer < 24; ++answer)
        models.answers.push_back(model.next_answer());
    agents::model::model_agent_settings settings;
    settings.name = "modelled";
    settings.model = "m";
    settings.tools = {"calculator", "sleeping_tool"};
    settings.limits.turns = 6;
    flow_server::options with;
    with.seed = seed;
    with.order = sim::policy::random;
    with.extra_agent = std::make_unique<agents::model::model_agent>(settings, models);
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.sends(
        R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"modelled"})"
    );
    if (model.one_in(3)) {
        server.world().run_for(model.moment());
        ada.sends(R"({"type":"cancel","thread_id":"t1","message_id":"m1"})");
    }
    server.settle();
    check_shown(ada, 1);
    models.answers.clear();
    models.always = {support::says("Well."), support::stops()};
    ada.sends(
        R"({"type":"message","thread_id":"t1","message_id":"m2","text":"and","agent":"modelled"})"
    );
    server.settle();
    check_shown(ada, 2);
    for (const ports::model_request& told : models.asked)
        check_told(told);
    BOOST_REQUIRE_EQUAL(ada.frames("agent_completed").empty(), false);
    BOOST_REQUIRE_EQUAL(models.streams_alive, 0U);
    BOOST_REQUIRE_EQUAL(server.failures().count(failure::code::invalid_event), 0U);
}

BOOST_AUTO_TEST_SUITE(model_faults)

BOOST_AUTO_TEST_CASE(whatever_goes_wrong_a_run_ends_once_and_the_next_one_is_well) {
    for (std::uint64_t seed = 1; seed <= runs_count; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            run_once(seed);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
