#include "tools/clarion-trace/scenarios/troubled_agent.hpp"

#include "core/async/sleep.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace clarion::scenarios {

namespace {

enum class trouble : std::uint8_t { none, throws, gives_up, is_silent, breaks_grammar };
constexpr std::size_t troubles_count = 5;

class troubled_agent final : public agents::agent {
public:
    troubled_agent(std::unique_ptr<agents::agent> inner, sim::world& in, std::size_t one_in)
        : inner_(std::move(inner)), world_(in), one_in_(one_in) {}

    const std::string& name() const override { return inner_->name(); }
    const std::string& description() const override { return inner_->description(); }
    std::optional<std::string> model() const override { return inner_->model(); }
    const std::vector<std::string>& tool_names() const override { return inner_->tool_names(); }
    std::size_t parallel_tools_max() const override { return inner_->parallel_tools_max(); }

    task<agents::outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, agents::tool_dispatcher& tools
    ) const override {
        const auto what = static_cast<trouble>(
            world_.decisions().choose(sim::choice::fault, troubles_count, one_in_)
        );
        if (what == trouble::throws)
            throw std::runtime_error("the agent broke");
        if (what == trouble::gives_up) {
            agents::failed failed;
            failed.code = protocol::agent_error_code::model_error;
            failed.message = "the model could not";
            co_return agents::outcome(std::move(failed));
        }
        if (what == trouble::is_silent)
            co_await sleep_for(std::chrono::seconds(40));
        if (what == trouble::breaks_grammar) {
            protocol::tool_completed orphan;
            orphan.agent_name = inner_->name();
            orphan.tool_call_id = "t_of_nobody";
            orphan.tool_name = "calculator";
            orphan.error = "never called";
            orphan.outcome = protocol::tool_outcome::error;
            protocol::payload event = std::move(orphan);
            (void)co_await bridge.emit(std::move(event));
        }
        co_return co_await inner_->run(request, bridge, tools);
    }

private:
    std::unique_ptr<agents::agent> inner_;
    sim::world& world_;
    const std::size_t one_in_;
};

}  // namespace

std::unique_ptr<agents::agent>
make_troubled(std::unique_ptr<agents::agent> inner, sim::world& in, std::size_t one_in) {
    return std::make_unique<troubled_agent>(std::move(inner), in, one_in);
}

}  // namespace clarion::scenarios
