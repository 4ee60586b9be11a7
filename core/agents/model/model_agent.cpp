#include "core/agents/model/model_agent.hpp"

#include "core/agents/model/model_work.hpp"

#include <utility>

namespace clarion::agents::model {

model_agent::model_agent(model_agent_settings settings, ports::models& models)
    : settings_(std::move(settings)), models_(models) {}

task<outcome> model_agent::run(
    const engine::request_scope& request,
    engine::bridge& bridge,
    tool_dispatcher& tools
) const {
    const executor on = co_await asio::this_coro::executor;
    ports::model* const found = models_.find(settings_.model, on);
    if (found == nullptr) {
        failed none;
        none.code = protocol::agent_error_code::model_unavailable;
        none.message = "there is no model named " + settings_.model;
        co_return outcome(std::move(none));
    }
    model_work work(settings_, *found, bridge, tools);
    co_return co_await work.run(request);
}

}  // namespace clarion::agents::model
