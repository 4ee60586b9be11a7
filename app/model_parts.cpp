#include "app/model_parts.hpp"

#include "app/config/agent_checks.hpp"
#include "app/config/complaint.hpp"
#include "app/outgoing_http.hpp"
#include "app/parts.hpp"
#include "core/agents/demo/demo_agent.hpp"
#include "core/agents/model/model_agent.hpp"
#include "core/agents/remote/remote_agent.hpp"
#include "net/agui/remote_client.hpp"
#include "net/http/url.hpp"
#include "net/model/model_set.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::app {

namespace {

model::model_settings settings_of(const model_config& from) {
    model::model_settings made;
    made.where.name = from.name;
    made.where.base = std::get<http::url>(http::parse_url(from.base_url));
    made.where.model = from.model;
    made.where.api_key = read_api_key(from);
    made.where.timeouts = {
        .connect = milliseconds(from.connect_ms),
        .first_token = milliseconds(from.first_token_ms),
        .idle = milliseconds(from.idle_ms),
        .total = milliseconds(from.total_ms),
    };
    made.fallback = from.fallback;
    return made;
}

agui::remote_settings remote_settings_of(const agent_config& from) {
    agui::remote_settings made;
    made.name = from.name;
    made.where = std::get<http::url>(http::parse_url(from.url));
    made.api_key = read_api_key(from);
    made.timeouts.total = milliseconds(from.run_deadline_ms);
    return made;
}

std::unique_ptr<const agents::agent>
make_remote_agent(const agent_config& from, ports::remote_agents& remote) {
    agents::remote::remote_agent_settings made;
    made.name = from.name;
    made.description = from.description;
    made.run_deadline = milliseconds(from.run_deadline_ms);
    return std::make_unique<agents::remote::remote_agent>(std::move(made), remote);
}

agents::model::model_agent_settings settings_of(const agent_config& from, const settings& in) {
    agents::model::model_agent_settings made;
    made.name = from.name;
    made.description = from.description;
    made.prompt = read_prompt(from);
    made.model = from.model;
    made.tools = from.tools;
    made.agents = from.agents;
    made.handoffs = from.handoffs;
    made.title = from.title;
    made.limits.turns = from.turns;
    made.limits.tool_calls = from.tool_calls;
    made.limits.parallel_tools = static_cast<std::size_t>(from.parallel_tools);
    made.limits.tokens = from.tokens;
    made.limits.tool_timeout = milliseconds(from.tool_timeout_ms);
    made.limits.run_deadline = milliseconds(from.run_deadline_ms);
    const auto model = std::ranges::find(in.models, from.model, &model_config::name);
    if (model != in.models.end())
        made.context_tokens = model->context_tokens;
    return made;
}

}  // namespace

http::client_options http_options_of(const settings& with) {
    const auto is_https = [](const std::string& url) {
        return url.starts_with("https:");
    };
    const bool is_secure = std::ranges::any_of(with.models, is_https, &model_config::base_url) ||
                           std::ranges::any_of(with.agents, is_https, &agent_config::url);
    return outgoing_http(is_secure ? outgoing_tls::on : outgoing_tls::off);
}

std::unique_ptr<ports::models> make_models(const settings& with, const shards& all) {
    auto made = std::make_unique<model::model_sets>();
    if (with.models.empty())
        return made;
    std::vector<model::model_settings> models;
    for (const model_config& one : with.models)
        models.push_back(settings_of(one));
    const http::client_options options = http_options_of(with);
    for (const auto& one : all)
        made->add(one->get_executor(), std::make_unique<model::model_set>(models, options));
    return made;
}

std::unique_ptr<ports::remote_agents> make_remote_agents(const settings& with, const shards& all) {
    auto made = std::make_unique<agui::remote_sets>();
    std::vector<agui::remote_settings> remote;
    for (const agent_config& one : with.agents)
        if (one.kind == agent_kind_remote)
            remote.push_back(remote_settings_of(one));
    if (remote.empty())
        return made;
    const http::client_options options = http_options_of(with);
    for (const auto& one : all)
        made->add(one->get_executor(), std::make_unique<agui::remote_set>(remote, options));
    return made;
}

void add_agents(
    std::vector<std::unique_ptr<const agents::agent>>& agents,
    const settings& with,
    const agents::tool_registry& tools,
    outside services
) {
    for (const agent_config& one : with.agents) {
        if (one.kind == agent_kind_remote) {
            agents.push_back(make_remote_agent(one, services.remote));
            continue;
        }
        if (one.kind == agent_kind_demo) {
            agents.push_back(agents::demo::make_demo_agent({one.name, one.description}));
            continue;
        }
        for (const std::string& tool : one.tools)
            if (!tools.knows(tool))
                throw std::runtime_error(
                    "[[agents]] " + app::quoted(one.name) + ": there is no tool " +
                    app::quoted(tool)
                );
        agents.push_back(
            std::make_unique<agents::model::model_agent>(settings_of(one, with), services.models)
        );
    }
}

}  // namespace clarion::app
