#include "app/config/agent_checks.hpp"

#include "app/config/complaint.hpp"
#include "app/config/mcp_section.hpp"
#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace clarion::app {

namespace {

using complaint = std::optional<std::string>;

constexpr std::string_view demo_name = "demo";
constexpr std::string_view demo_helper_name = "demo-helper";
constexpr std::size_t name_bytes_max = 256;

std::string place_of(std::string_view section, std::size_t index, const std::string& name) {
    return "[[" + std::string(section) + "]] " +
           (name.empty() ? "number " + std::to_string(index + 1) : quoted(name)) + ": ";
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad())
        throw std::runtime_error(
            on_one_line(path) + " cannot be read: " + std::generic_category().message(errno)
        );
    return text;
}

bool is_header_value(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

template <class Config>
std::string read_key(const Config& of) {
    std::string key;
    std::string source;
    if (!of.api_key_file.empty()) {
        source = "api_key_file";
        key = read_file(of.api_key_file);
        key.erase(key.find_last_not_of(" \t\r\n") + 1);
    } else if (!of.api_key_env.empty()) {
        source = "api_key_env: the variable " + on_one_line(of.api_key_env);
        const char* const value = std::getenv(of.api_key_env.c_str());
        if (value == nullptr)
            throw std::runtime_error(source + " is not set");
        key = value;
    } else {
        return {};
    }
    if (!is_header_value(key))
        throw std::runtime_error(source + " holds no key");
    return key;
}

template <class Config>
complaint check_names(std::string_view section, const std::vector<Config>& all) {
    std::set<std::string> names;
    for (std::size_t index = 0; index < all.size(); ++index) {
        const std::string& name = all[index].name;
        const std::string place = place_of(section, index, name);
        if (name.empty())
            return place + "name is required";
        if (name.size() > name_bytes_max || !protocol::is_utf8(name))
            return place + "name is too long";
        if (!names.insert(name).second)
            return place + "there are two of that name";
    }
    return std::nullopt;
}

complaint check_model(const settings& in, std::size_t index) {
    const model_config& checked = in.models[index];
    const std::string place = place_of("models", index, checked.name);
    if (checked.base_url.empty() || checked.model.empty())
        return place + (checked.base_url.empty() ? "base_url" : "model") + " is required";
    if (!checked.api_key_env.empty() && !checked.api_key_file.empty())
        return place + "give api_key_env or api_key_file, not both";
    for (const std::string& name : checked.fallback) {
        if (std::ranges::find(in.models, name, &model_config::name) == in.models.end())
            return place + "fallback: there is no model " + quoted(name);
        if (name == checked.name)
            return place + "fallback: a model cannot stand in for itself";
    }
    try {
        (void)read_api_key(checked);
    } catch (const std::runtime_error& error) {
        return place + error.what();
    }
    return std::nullopt;
}

complaint check_no_endpoint(const agent_config& checked, const std::string& place) {
    for (const auto& [key, is_set] : {
             std::pair("url", !checked.url.empty()),
             std::pair("api_key_env", !checked.api_key_env.empty()),
             std::pair("api_key_file", !checked.api_key_file.empty()),
         })
        if (is_set)
            return place + key + " is for kind = \"ag-ui\"";
    return std::nullopt;
}

complaint
check_model_agent(const settings& in, const agent_config& checked, const std::string& place) {
    if (checked.model.empty())
        return place + "model is required";
    if (std::ranges::find(in.models, checked.model, &model_config::name) == in.models.end())
        return place + "there is no model " + quoted(checked.model);
    if (!checked.prompt.empty() && !checked.prompt_file.empty())
        return place + "give prompt or prompt_file, not both";
    return check_no_endpoint(checked, place);
}

complaint
check_own_ways(const agent_config& checked, const std::string& place, const std::string& why) {
    for (const auto& [key, is_set] : {
             std::pair("model", !checked.model.empty()),
             std::pair("prompt", !checked.prompt.empty()),
             std::pair("prompt_file", !checked.prompt_file.empty()),
             std::pair("tools", !checked.tools.empty()),
             std::pair("agents", !checked.agents.empty()),
             std::pair("handoffs", !checked.handoffs.empty()),
         })
        if (is_set)
            return place + key + " is for kind = \"model\": " + why;
    return std::nullopt;
}

complaint check_remote(const agent_config& checked, const std::string& place) {
    if (checked.url.empty())
        return place + "url is required";
    return check_own_ways(checked, place, "a remote agent has its own");
}

complaint check_demo(const agent_config& checked, const std::string& place) {
    if (auto fault = check_own_ways(checked, place, "the demo agent has its own"))
        return fault;
    return check_no_endpoint(checked, place);
}

complaint check_kind(const settings& in, const agent_config& checked, const std::string& place) {
    if (checked.kind == agent_kind_remote)
        return check_remote(checked, place);
    if (checked.kind == agent_kind_demo)
        return check_demo(checked, place);
    return check_model_agent(in, checked, place);
}

complaint check_team(const settings& in, const agent_config& checked, const std::string& place) {
    for (const auto* names : {&checked.agents, &checked.handoffs})
        for (const std::string& name : *names) {
            if (name == checked.name)
                return place + "it names itself among its agents or handoffs";
            const bool is_demo = in.demo && name == demo_name;
            const auto found = std::ranges::find(in.agents, name, &agent_config::name);
            if (!is_demo && found == in.agents.end())
                return place + "there is no agent " + quoted(name);
        }
    return std::nullopt;
}

complaint check_agent(const settings& in, std::size_t index) {
    const agent_config& checked = in.agents[index];
    const std::string place = place_of("agents", index, checked.name);
    if (in.demo && (checked.name == demo_name || checked.name == demo_helper_name))
        return place + "the demo agent has that name; give another, or say demo = false";
    if (!checked.api_key_env.empty() && !checked.api_key_file.empty())
        return place + "give api_key_env or api_key_file, not both";
    auto fault = check_kind(in, checked, place);
    if (!fault)
        fault = check_team(in, checked, place);
    try {
        (void)read_prompt(checked);
        (void)read_api_key(checked);
    } catch (const std::runtime_error& error) {
        return place + error.what();
    }
    return fault;
}

complaint check_default(const settings& checked) {
    if (!checked.demo && checked.agents.empty())
        return "demo = false leaves no agent: configure one in [[agents]]";
    const bool is_demo = checked.demo && checked.default_agent == demo_name;
    const auto found =
        std::ranges::find(checked.agents, checked.default_agent, &agent_config::name);
    if (is_demo || found != checked.agents.end())
        return std::nullopt;
    return "default_agent: there is no agent " + quoted(checked.default_agent);
}

}  // namespace

std::optional<std::string> wrong_agents(const settings& checked) {
    if (auto fault = check_names("models", checked.models))
        return fault;
    for (std::size_t index = 0; index < checked.models.size(); ++index)
        if (auto fault = check_model(checked, index))
            return fault;
    if (auto fault = wrong_mcp(checked))
        return fault;
    if (auto fault = check_names("agents", checked.agents))
        return fault;
    for (std::size_t index = 0; index < checked.agents.size(); ++index)
        if (auto fault = check_agent(checked, index))
            return fault;
    return check_default(checked);
}

std::string read_api_key(const model_config& of) {
    return read_key(of);
}

std::string read_api_key(const agent_config& of) {
    return read_key(of);
}

std::string read_prompt(const agent_config& of) {
    std::string prompt = of.prompt_file.empty() ? of.prompt : read_file(of.prompt_file);
    if (!protocol::is_utf8(prompt))
        throw std::runtime_error("the prompt is not UTF-8");
    return prompt;
}

}  // namespace clarion::app
