#include "core/agents/model/model_agent.hpp"

#include "core/agents/model/model_work.hpp"
#include "core/agents/model/title_question.hpp"
#include "core/agents/source_wait.hpp"

#include <utility>

namespace clarion::agents::model {

model_agent::model_agent(model_agent_settings settings, ports::models& models)
    : settings_(std::move(settings)), models_(models) {}

ports::model* model_agent::find_model(const executor& on) const {
    return models_.find(settings_.model, on);
}

outcome model_agent::no_model() const {
    failed none;
    none.code = protocol::agent_error_code::model_unavailable;
    none.message = "there is no model named " + settings_.model;
    return none;
}

task<outcome> model_agent::run(
    const engine::request_scope& request,
    engine::bridge& bridge,
    tool_dispatcher& tools
) const {
    const executor on = co_await asio::this_coro::executor;
    ports::model* const found = find_model(on);
    if (found == nullptr)
        co_return no_model();
    std::optional<outcome> lacking = co_await wait_for_sources(bridge, tools);
    if (lacking)
        co_return *std::move(lacking);
    model_work work(settings_, *found, bridge, tools);
    co_return co_await work.run(request);
}

task<outcome> model_agent::resume(
    const engine::request_scope&,
    engine::bridge& bridge,
    tool_dispatcher& tools,
    protocol::json_text checkpoint
) const {
    const executor on = co_await asio::this_coro::executor;
    ports::model* const found = find_model(on);
    if (found == nullptr)
        co_return no_model();
    // What stays away fails its own calls by name: a person has waited for the run to go on.
    const std::optional<outcome> lacking = co_await wait_for_sources(bridge, tools);
    if (lacking && std::holds_alternative<stopped>(*lacking))
        co_return outcome(stopped());
    tools.look_again();
    model_work work(settings_, *found, bridge, tools);
    co_return co_await work.go_on(std::move(checkpoint));
}

task<title_verdict> model_agent::make_title(thread_beginning of) const {
    const executor on = co_await asio::this_coro::executor;
    ports::model* const found = find_model(on);
    if (found == nullptr)
        co_return title_verdict(no_title{"there is no model named " + settings_.model});
    co_return co_await ask_for_title(*found, std::move(of));
}

}  // namespace clarion::agents::model
