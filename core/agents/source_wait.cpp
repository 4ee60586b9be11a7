#include "core/agents/source_wait.hpp"

#include "core/agents/tool_dispatcher.hpp"
#include "core/async/sleep.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <variant>

namespace clarion::agents {

namespace {

constexpr duration patience = std::chrono::seconds(5);
// Sources come back on shards of their own, and tell nobody.
constexpr duration look_pause = std::chrono::milliseconds(100);

}  // namespace

task<std::optional<outcome>> wait_for_sources(engine::bridge& bridge, tool_dispatcher& tools) {
    using result = std::optional<outcome>;
    std::optional<std::string> missing = tools.missing();
    if (!missing)
        co_return result();
    protocol::progress_update told;
    told.message = "waiting: " + *missing;
    const engine::emit_verdict shown = co_await bridge.emit(std::move(told));
    if (std::holds_alternative<engine::refusal>(shown))
        co_return result(stopped());
    const executor on = co_await asio::this_coro::executor;
    const time_point until = on.owner().now() + patience;
    while (missing && on.owner().now() < until) {
        co_await sleep_for(look_pause);
        missing = tools.missing();
    }
    if (missing) {
        failed gave_up;
        gave_up.code = protocol::agent_error_code::model_unavailable;
        gave_up.message = *std::move(missing);
        co_return result(std::move(gave_up));
    }
    tools.look_again();
    co_return result();
}

}  // namespace clarion::agents
