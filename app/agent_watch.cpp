#include "app/agent_watch.hpp"

#include "app/config/agent_checks.hpp"
#include "app/model_parts.hpp"
#include "core/async/ask.hpp"
#include "core/async/sleep.hpp"
#include "core/async/task_group.hpp"
#include "net/http/reach.hpp"
#include "net/http/url.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

// How long a service may take to answer, and how often it is asked, while it is there and while it
// is not: somebody may wait for it then.
constexpr duration patience = std::chrono::seconds(3);
constexpr duration rest_while_there = std::chrono::seconds(30);
constexpr duration rest_while_away = std::chrono::seconds(5);
constexpr duration pace = std::chrono::seconds(1);

http::client_request question_to(const model_config& of) {
    http::client_request asked;
    asked.target = std::get<http::url>(http::parse_url(of.base_url)).below("/models");
    if (const std::string key = read_api_key(of); !key.empty())
        asked.headers.push_back({"Authorization", "Bearer " + key});
    return asked;
}

http::client_request question_to(const agent_config& of) {
    http::client_request asked;
    asked.target = std::get<http::url>(http::parse_url(of.url));
    return asked;
}

// Two models of one server are one service, unless their keys differ.
std::string name_of(const http::client_request& asked) {
    std::string name = asked.target.origin() + asked.target.target;
    for (const auto& field : asked.headers)
        name += "\n" + field.value;
    return name;
}

std::vector<http::client_request> questions_for(const agent_config& one, const settings& in) {
    if (one.kind == agent_kind_remote)
        return {question_to(one)};
    std::vector<http::client_request> all;
    const auto add = [&](const std::string& name) {
        const auto found = std::ranges::find(in.models, name, &model_config::name);
        if (found != in.models.end())
            all.push_back(question_to(*found));
        return found;
    };
    const auto first = add(one.model);
    if (first != in.models.end())
        for (const std::string& other : first->fallback)
            add(other);
    return all;
}

}  // namespace

agent_watch::agent_watch(
    const settings& with,
    std::vector<protocol::server::agent_card> agents,
    const agents::outside::tool_catalog& tools,
    home_directory& homes,
    failure::logger log
)
    : agents_(std::move(agents)),
      tools_(tools),
      homes_(homes),
      log_(std::move(log)),
      over_(http_options_of(with)) {
    for (const agent_config& one : with.agents) {
        for (const std::string& tool : one.tools)
            if (tools_.knows(tool))
                outside_[one.name].push_back(tool);
        for (http::client_request& asked : questions_for(one, with)) {
            const std::string name = name_of(asked);
            needs_[one.name].push_back(name);
            services_[name].asked = std::move(asked);
        }
    }
}

task<> agent_watch::run() {
    while (!services_.empty() || !outside_.empty()) {
        co_await sleep_for(pace);
        co_await look();
    }
}

task<> agent_watch::look() {
    const executor on = co_await asio::this_coro::executor;
    const time_point now = on.owner().now();
    task_group looks(on);
    for (auto& [name, one] : services_)
        if (one.due <= now)
            looks.spawn(look_at(one));
    co_await looks.join_or_cancel();
    bool has_changed = false;
    for (protocol::server::agent_card& card : agents_) {
        std::optional<std::string> trouble = trouble_of(card.name);
        if (trouble == card.reason)
            continue;
        has_changed = true;
        card.available = !trouble;
        card.reason = std::move(trouble);
        log_.warning(
            "the agent " + card.name +
            (card.available ? " can answer again" : " cannot answer: " + *card.reason)
        );
    }
    if (has_changed)
        co_await tell_homes();
}

task<> agent_watch::look_at(service& one) {
    const executor on = co_await asio::this_coro::executor;
    http::client_request asked = one.asked;
    auto trouble = co_await http::reach(over_, std::move(asked), on.owner().now() + patience);
    one.trouble = std::move(trouble);
    const duration rest = one.trouble ? rest_while_away : rest_while_there;
    one.due = on.owner().now() + rest;
}

// The first service's: the others stand in for it.
std::optional<std::string> agent_watch::trouble_of(const std::string& agent) const {
    if (const auto given = outside_.find(agent); given != outside_.end())
        for (const std::string& tool : given->second)
            if (const auto why = tools_.why_lost(tool))
                return "the MCP server " + tool.substr(0, tool.find('.')) + " " + *why;
    const auto needed = needs_.find(agent);
    if (needed == needs_.end())
        return std::nullopt;
    std::optional<std::string> first;
    for (const std::string& name : needed->second) {
        const service& one = services_.at(name);
        if (!one.trouble)
            return std::nullopt;
        if (!first)
            first = one.asked.target.authority() + ": " + *one.trouble;
    }
    return first;
}

task<> agent_watch::tell_homes() {
    for (const auto& home : homes_.all())
        co_await ask(home->where(), home->show_agents(agents_));
}

}  // namespace clarion::app
