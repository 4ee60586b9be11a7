#include "core/engine/engine.hpp"

#include <utility>
#include <variant>

namespace clarion::engine {

engine::engine(
    request_scope_ptr scope,
    bridge way_out,
    const agents::agent& agent,
    const agents::tool_registry& tools,
    task_group& calls
)
    : scope_(std::move(scope)),
      bridge_(std::move(way_out)),
      agent_(agent),
      tools_(scope_, bridge_, tools, calls, agents::limits_of(agent)) {}

task<agents::outcome> engine::run() {
    protocol::agent_started started{
        .agent_name = agent_.name(),
        .message_id = scope_->message_id,
        .context =
            {
                .model = agent_.model(),
                .tools = agent_.tool_names(),
                .history_messages = scope_->history_messages,
            },
    };
    const emit_verdict announced = co_await bridge_.emit(std::move(started));
    if (std::holds_alternative<refusal>(announced))
        co_return agents::stopped{};
    co_return co_await agent_.run(*scope_, bridge_, tools_);
}

}  // namespace clarion::engine
