#include "core/agents/agent_registry.hpp"

#include "core/protocol/own_names.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace clarion::agents {

agent_registry::agent_registry(
    std::vector<std::unique_ptr<const agent>> agents,
    std::string default_name
)
    : agents_(std::move(agents)), default_name_(std::move(default_name)) {
    for (const auto& added : agents_)
        if (find(added->name()) != added.get())
            throw std::invalid_argument("two agents are named " + added->name());
    if (find(default_name_) == nullptr)
        throw std::invalid_argument("the default agent " + default_name_ + " does not exist");
}

const agent* agent_registry::find(std::string_view name) const {
    const auto is_named = [name](const auto& agent) {
        return agent->name() == name;
    };
    const auto found = std::ranges::find_if(agents_, is_named);
    return found == agents_.end() ? nullptr : found->get();
}

std::vector<protocol::server::agent_card> agent_registry::cards() const {
    std::vector<protocol::server::agent_card> cards;
    for (const auto& agent : agents_) {
        if (protocol::is_own_name(agent->name()))
            continue;
        protocol::server::agent_card card;
        card.name = agent->name();
        card.description = agent->description();
        card.is_default = agent->name() == default_name_;
        cards.push_back(std::move(card));
    }
    return cards;
}

}  // namespace clarion::agents
