// What somebody who links clarion::core can do: start an engine. One run of the demo agent through
// the one factory, its bridge bound to a thread of the memory log, each event printed when it is
// committed. Fails when one of the five events that the product exists for is missing or out of
// order.
#include "core/agents/demo/demo_agent.hpp"
#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "core/async/shard.hpp"
#include "core/conversation/thread_history.hpp"
#include "core/conversation/thread_log.hpp"
#include "core/engine/run.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/storage/memory/memory_event_log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using protocol::event_type;

/// Prints what is published, and ticks the five off as they come.
class witness final : public conversation::publisher {
public:
    void publish(const std::vector<protocol::event>& committed, conversation::commit_times)
        override {
        for (const protocol::event& event : committed) {
            std::cout << event.seq << ' ' << protocol::name_of(event.type) << '\n';
            if (seen_ < expected.size() && event.type == expected[seen_])
                ++seen_;
        }
    }
    bool saw_all() const { return seen_ == expected.size(); }

private:
    static constexpr std::array expected{
        event_type::agent_started,
        event_type::agent_thinking,
        event_type::tool_executing,
        event_type::tool_completed,
        event_type::agent_completed,
    };
    std::size_t seen_ = 0;
};

const protocol::thread_key key{"ada", "t1"};
constexpr std::string_view question = "what is (17+3)*2.5?";

agents::tool_registry make_tools() {
    agents::tool_registry tools;
    agents::tools::add_builtin_tools(tools);
    agents::demo::add_demo_tools(tools);
    return tools;
}

agents::agent_registry make_agents() {
    std::vector<std::unique_ptr<const agents::agent>> agents;
    agents.push_back(agents::demo::make_demo_agent());
    return agents::agent_registry(std::move(agents), "demo");
}

/// A run has a user message, committed before it.
void append_question(conversation::thread_log& log) {
    conversation::message_batch batch;
    batch.message.message_id = "m1";
    batch.message.run_id = "r_1";
    batch.message.agent = "demo";
    protocol::user_message asked;
    asked.message_id = "m1";
    asked.text = question;
    batch.events.push_back(protocol::uncommitted(std::move(asked)));
    log.append_message(std::move(batch), [](const storage::append_verdict&) {});
}

engine::request_scope_ptr scope_of(storage::event_log& log, const std::string& epoch, executor on) {
    auto scope = std::make_shared<engine::request_scope>();
    scope->key = key;
    scope->run_id = "r_1";
    scope->message_id = "m1";
    scope->message_seq = 1;
    scope->agent_name = "demo";
    scope->text = question;
    scope->history = std::make_shared<conversation::thread_history>(log, key, epoch, 1);
    scope->accepted_at = on.owner().now();
    scope->started_at = on.owner().now();
    return scope;
}

task<> run_once(witness& seen) {
    const executor on = co_await asio::this_coro::executor;
    const agents::tool_registry tools = make_tools();
    const agents::agent_registry agents = make_agents();
    const engine::engine_factory factory(agents, tools);
    failure::ledger failures(failure::logger(), [on] { return on.owner().wall_ms(); });
    storage::memory_event_log storage;
    conversation::thread_log log(on, key, storage, seen);
    log.load(std::nullopt);
    append_question(log);
    co_await log.drained();

    task_group bodies(on);
    engine::approval_index approvals;
    const engine::run_services services{factory, bodies, failures, approvals};
    engine::run run(on, scope_of(storage, log.epoch(), on), log, services, {});
    const engine::close_verdict ended = co_await run.execute();
    if (!std::holds_alternative<engine::sealed>(ended))
        throw std::runtime_error("the run was not sealed");
    co_await bodies.join();
    co_await log.drained();
}

}  // namespace

int main() {
    shard here(0);
    witness seen;
    std::exception_ptr failure;
    asio::co_spawn(here.get_executor(), run_once(seen), [&](const std::exception_ptr& thrown) {
        failure = thrown;
        here.stop();
    });
    here.run();
    try {
        if (failure)
            std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        std::cerr << "one_run: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
    if (!seen.saw_all()) {
        std::cerr << "one_run: an event is missing or out of order\n";
        return EXIT_FAILURE;
    }
    std::cout << "all five events, in order\n";
    return EXIT_SUCCESS;
}
