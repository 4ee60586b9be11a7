#include "core/canary/canary_agent.hpp"

#include "core/agents/demo/demo_agent.hpp"

#include <string>
#include <vector>

namespace clarion::canary {

namespace {

class canary_agent final : public agents::agent {
public:
    const std::string& name() const override { return name_; }
    const std::string& description() const override { return description_; }
    const std::vector<std::string>& tool_names() const override { return tool_names_; }

    task<agents::outcome>
    run(const engine::request_scope& request, engine::bridge& bridge, agents::tool_dispatcher& tools
    ) const override {
        return demo_->run(request, bridge, tools);
    }

private:
    const std::unique_ptr<const agents::agent> demo_ = agents::demo::make_demo_agent();
    const std::string name_ = agent_name;
    const std::string description_ = "Answers the server's own canary.";
    const std::vector<std::string> tool_names_{"calculator"};
};

}  // namespace

std::unique_ptr<agents::agent> make_agent() {
    return std::make_unique<canary_agent>();
}

}  // namespace clarion::canary
