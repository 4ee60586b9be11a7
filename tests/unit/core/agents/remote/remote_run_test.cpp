#include "core/agents/remote/remote_agent.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/agents/tool_registry.hpp"
#include "tests/support/recorded_run.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::agents;
using namespace clarion::support;
using code = protocol::agent_error_code;

/// Says what a test wrote down, to every run the same.
class scripted_remotes final : public ports::remote_agents {
public:
    std::vector<ports::remote_event> script{};
    std::vector<ports::remote_request> asked{};

    std::unique_ptr<ports::remote_stream>
    begin(std::string_view, ports::remote_request request, const executor&) override {
        asked.push_back(std::move(request));
        return std::make_unique<stream>(script);
    }

private:
    class stream final : public ports::remote_stream {
    public:
        explicit stream(const std::vector<ports::remote_event>& script)
            : rest_(script.begin(), script.end()) {}

        task<ports::remote_event> next() override {
            ports::remote_event event = std::move(rest_.front());
            rest_.pop_front();
            co_return event;
        }

    private:
        std::deque<ports::remote_event> rest_;
    };
};

struct fixture {
    void ask(const engine::request_scope& scope) {
        remotes.script.emplace_back(ports::remote_finished());
        remote::remote_agent_settings settings;
        settings.name = "remote";
        const remote::remote_agent tested(std::move(settings), remotes);
        tool_dispatcher
            dispatcher(run.scope(), run.bridge(), registry, run.calls(), limits_of(tested));
        run.run(run_into(tested, scope, dispatcher));
    }
    void ask() { ask(*run.scope()); }
    task<> run_into(
        const remote::remote_agent& tested,
        const engine::request_scope& scope,
        tool_dispatcher& dispatcher
    ) {
        result.emplace(co_await tested.run(scope, run.bridge(), dispatcher));
    }
    std::string thread_of(const engine::request_scope& scope) {
        ask(scope);
        return remotes.asked.back().thread_id;
    }

    recorded_run run;
    tool_registry registry;
    scripted_remotes remotes;
    std::optional<outcome> result;
};

BOOST_AUTO_TEST_SUITE(remote_run_)

BOOST_FIXTURE_TEST_CASE(each_user_and_each_life_of_a_thread_has_a_thread_there, fixture) {
    engine::request_scope scope = *run.scope();
    scope.epoch = "e1";
    const std::string first = thread_of(scope);
    BOOST_TEST(thread_of(scope) == first);
    engine::request_scope other = scope;
    other.key.user_id = "bob";
    BOOST_TEST(thread_of(other) != first);
    other = scope;
    other.epoch = "e2";
    BOOST_TEST(thread_of(other) != first);
    other = scope;
    other.key.thread_id = "t2";
    BOOST_TEST(thread_of(other) != first);
}

BOOST_FIXTURE_TEST_CASE(a_call_of_another_agent_is_a_run_of_its_own, fixture) {
    ask();
    BOOST_TEST(remotes.asked.back().run_id == "r_1");
    engine::request_scope within = *run.scope();
    within.parent_tool_call_id = "tc_1";
    ask(within);
    BOOST_TEST(remotes.asked.back().run_id == "r_1.tc_1");
}

BOOST_FIXTURE_TEST_CASE(as_many_calls_as_may_be_open_are_shown, fixture) {
    for (std::size_t open = 0; open < ports::remote_open_max; ++open)
        remotes.script.emplace_back(ports::remote_call_began{std::to_string(open), "weather"});
    ask();
    BOOST_TEST(std::holds_alternative<completed>(result.value()));
}

BOOST_FIXTURE_TEST_CASE(more_open_calls_than_that_are_a_failure_with_a_name, fixture) {
    for (std::size_t open = 0; open <= ports::remote_open_max; ++open)
        remotes.script.emplace_back(ports::remote_call_began{std::to_string(open), "weather"});
    ask();
    BOOST_REQUIRE(std::holds_alternative<failed>(result.value()));
    BOOST_TEST((std::get<failed>(*result).code == code::too_large));
}

BOOST_FIXTURE_TEST_CASE(text_that_waits_behind_another_is_bounded, fixture) {
    remotes.script.emplace_back(ports::remote_text_began{"first"});
    const std::string piece(65536, 'x');
    for (std::size_t bytes = 0; bytes <= ports::remote_waiting_bytes_max; bytes += piece.size())
        remotes.script.emplace_back(ports::remote_text{"second", piece});
    ask();
    BOOST_REQUIRE(std::holds_alternative<failed>(result.value()));
    BOOST_TEST((std::get<failed>(*result).code == code::too_large));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
