#include "core/agents/availability.hpp"

#include <chrono>
#include <utility>

namespace clarion::agents {

namespace {

// How often a service is asked while it is there, and while it is not: somebody may wait for it
// then.
constexpr duration rest_while_there = std::chrono::seconds(30);
constexpr duration rest_while_away = std::chrono::seconds(5);

}  // namespace

availability::availability(
    std::vector<protocol::server::agent_card> agents,
    const tool_registry& tools
)
    : cards_(std::move(agents)), tools_(tools) {}

void availability::add(agent_needs needs) {
    for (const std::string& name : needs.services)
        services_.try_emplace(name);
    std::string agent = needs.agent;
    needs_.insert_or_assign(std::move(agent), std::move(needs));
}

std::vector<std::string> availability::due(time_point now) const {
    std::vector<std::string> names;
    for (const auto& [name, one] : services_)
        if (one.due <= now)
            names.push_back(name);
    return names;
}

void availability::take(
    const std::string& name,
    std::optional<std::string> trouble,
    time_point now
) {
    service& asked = services_.at(name);
    asked.trouble = std::move(trouble);
    asked.due = now + (asked.trouble ? rest_while_away : rest_while_there);
}

std::vector<const protocol::server::agent_card*> availability::judge() {
    std::vector<const protocol::server::agent_card*> changed;
    for (protocol::server::agent_card& card : cards_) {
        const auto needed = needs_.find(card.name);
        if (needed == needs_.end())
            continue;
        std::optional<std::string> trouble = trouble_of(needed->second);
        if (trouble == card.reason)
            continue;
        card.available = !trouble;
        card.reason = std::move(trouble);
        changed.push_back(&card);
    }
    return changed;
}

// Of its services the first one's trouble counts: the others stand in for it.
std::optional<std::string> availability::trouble_of(const agent_needs& of) const {
    if (auto missing = tools_.missing(of.tools))
        return missing;
    std::optional<std::string> first;
    for (const std::string& name : of.services) {
        const service& one = services_.at(name);
        if (!one.trouble)
            return std::nullopt;
        if (!first)
            first = one.trouble;
    }
    return first;
}

}  // namespace clarion::agents
