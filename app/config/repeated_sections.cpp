#include "app/config/repeated_sections.hpp"

#include "app/config/mcp_section.hpp"
#include "app/config/section_rows.hpp"
#include "net/http/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <variant>

namespace clarion::app {

namespace {

using rows::row;
using rows::section;

constexpr std::int64_t day_ms = 86'400'000;
constexpr std::int64_t tokens_max = 100'000'000;
constexpr std::int64_t count_max = 10'000;
constexpr std::int64_t parallel_max = 256;

bool is_anything(std::string_view) {
    return true;
}

bool is_not_empty(std::string_view text) {
    return !text.empty();
}

bool is_base_url(std::string_view text) {
    const auto parsed = http::parse_url(text);
    const auto* const found = std::get_if<http::url>(&parsed);
    // A key in a URL would be shown by print-config.
    return found != nullptr && found->user_info.empty();
}

bool is_kind(std::string_view text) {
    return text == agent_kind_model || text == agent_kind_remote || text == agent_kind_demo;
}

value_rule any_text() {
    return text("a text", is_anything);
}

value_rule name_of(const char* what) {
    return text(std::string("the name of ") + what, is_not_empty);
}

value_rule time_ms() {
    return whole_number(1, day_ms);
}

std::vector<repeated_setting> model_rows() {
    using of = model_config;
    constexpr auto all = &settings::models;
    return {
        row<all, &of::name>("name", name_of("the model")),
        row<all, &of::base_url>(
            "base_url",
            text(
                "a URL such as http://127.0.0.1:11434/v1, without "
                "a user",
                is_base_url
            )
        ),
        row<all, &of::model>("model", name_of("a model of that server")),
        row<all, &of::api_key_env>("api_key_env", any_text()),
        row<all, &of::api_key_file>("api_key_file", any_text()),
        row<all, &of::fallback>("fallback", list("the name of a model", is_not_empty)),
        row<all, &of::connect_ms>("timeouts.connect_ms", time_ms()),
        row<all, &of::first_token_ms>("timeouts.first_token_ms", time_ms()),
        row<all, &of::idle_ms>("timeouts.idle_ms", time_ms()),
        row<all, &of::total_ms>("timeouts.total_ms", time_ms()),
        row<all, &of::context_tokens>("context_tokens", whole_number(256, tokens_max)),
    };
}

std::vector<repeated_setting> agent_rows() {
    using of = agent_config;
    constexpr auto all = &settings::agents;
    return {
        row<all, &of::name>("name", name_of("the agent")),
        row<all, &of::kind>("kind", text("model, ag-ui or demo", is_kind)),
        row<all, &of::description>("description", any_text()),
        row<all, &of::prompt>("prompt", any_text()),
        row<all, &of::prompt_file>("prompt_file", any_text()),
        row<all, &of::model>("model", name_of("a model")),
        row<all, &of::tools>("tools", list("the name of a tool", is_not_empty)),
        row<all, &of::agents>("agents", list("the name of an agent", is_not_empty)),
        row<all, &of::handoffs>("handoffs", list("the name of an agent", is_not_empty)),
        row<all, &of::title>("title", toggle()),
        row<all, &of::url>(
            "url",
            text("a URL such as http://127.0.0.1:4011/agui, without a user", is_base_url)
        ),
        row<all, &of::api_key_env>("api_key_env", any_text()),
        row<all, &of::api_key_file>("api_key_file", any_text()),
        row<all, &of::turns>("limits.turns", whole_number(1, count_max)),
        row<all, &of::tool_calls>("limits.tool_calls", whole_number(0, count_max)),
        row<all, &of::parallel_tools>("limits.parallel_tools", whole_number(1, parallel_max)),
        row<all, &of::tool_timeout_ms>("limits.tool_timeout_ms", time_ms()),
        row<all, &of::run_deadline_ms>("limits.run_deadline_ms", time_ms()),
        row<all, &of::tokens>("limits.tokens", whole_number(1, tokens_max)),
    };
}

}  // namespace

const std::vector<repeated_section>& repeated_sections() {
    static const std::vector<repeated_section> all = {
        section<&settings::models>("models", model_rows()),
        mcp_section(),
        section<&settings::agents>("agents", agent_rows()),
    };
    return all;
}

bool is_repeated_section(std::string_view name) {
    return std::ranges::find(repeated_sections(), name, &repeated_section::name) !=
           repeated_sections().end();
}

std::optional<repeated_place> find_repeated(std::string_view path) {
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos)
        return std::nullopt;
    const auto found =
        std::ranges::find(repeated_sections(), path.substr(0, dot), &repeated_section::name);
    if (found == repeated_sections().end())
        return std::nullopt;
    repeated_place place;
    place.section = &*found;
    const std::string_view rest = path.substr(dot + 1);
    const char* const end = rest.data() + rest.size();
    const auto [behind, error] = std::from_chars(rest.data(), end, place.index);
    if (error != std::errc() || (behind != end && *behind != '.'))
        return std::nullopt;
    if (behind != end)
        place.key = std::string(behind + 1, end);
    return place;
}

const repeated_setting* find_setting(const repeated_section& section, std::string_view key) {
    const auto found = std::ranges::find(section.rows, key, &repeated_setting::key);
    return found == section.rows.end() ? nullptr : &*found;
}

}  // namespace clarion::app
