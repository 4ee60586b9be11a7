#include "app/agent_watch.hpp"

#include "app/config/agent_checks.hpp"
#include "app/model_parts.hpp"
#include "core/async/ask.hpp"
#include "core/async/sleep.hpp"
#include "core/async/task_group.hpp"
#include "net/http/url.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

// How long a service may take to answer.
constexpr duration patience = std::chrono::seconds(3);
// Between two looks: what is due then is asked, and the MCP servers tell by themselves.
constexpr duration pace = std::chrono::seconds(1);

http::client_request question_for(http::url target, const std::string& key) {
    http::client_request asked;
    asked.target = std::move(target);
    if (!key.empty())
        asked.headers.push_back({"Authorization", "Bearer " + key});
    return asked;
}

http::client_request question_to(const model_config& of) {
    http::url target = std::get<http::url>(http::parse_url(of.base_url)).below("/models");
    return question_for(std::move(target), read_api_key(of));
}

http::client_request question_to(const agent_config& of) {
    return question_for(std::get<http::url>(http::parse_url(of.url)), read_api_key(of));
}

// A gateway may let runs pass, which are POSTs, and nothing else.
http::key_refusal refusal_by(const agent_config& one) {
    return one.kind == agent_kind_remote ? http::key_refusal::says_nothing
                                         : http::key_refusal::counts;
}

// Two models of one server are one service, unless their keys differ.
std::string key_of(const http::client_request& asked) {
    std::string key = asked.target.origin() + asked.target.target;
    for (const auto& field : asked.headers)
        key += "\n" + field.value;
    return key;
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
    const agents::tool_registry& tools,
    home_directory& homes,
    failure::logger log
)
    : state_(std::move(agents), tools),
      homes_(homes),
      log_(std::move(log)),
      over_(http_options_of(with)) {
    for (const agent_config& one : with.agents) {
        agents::agent_needs needs;
        needs.agent = one.name;
        needs.tools = one.tools;
        for (http::client_request& asked : questions_for(one, with)) {
            needs.services.push_back(key_of(asked));
            questions_.insert_or_assign(
                needs.services.back(),
                question{std::move(asked), refusal_by(one)}
            );
        }
        state_.add(std::move(needs));
    }
}

task<> agent_watch::run() {
    while (!state_.is_constant()) {
        co_await sleep_for(pace);
        co_await look();
    }
}

task<> agent_watch::look() {
    const executor on = co_await asio::this_coro::executor;
    task_group looks(on);
    for (std::string& service : state_.due(on.owner().now()))
        looks.spawn(look_at(std::move(service)));
    co_await looks.join_or_cancel();
    const auto changed = state_.judge();
    for (const protocol::server::agent_card* card : changed)
        log_.warning(
            "the agent " + card->name +
            (card->reason ? " cannot answer: " + *card->reason : " can answer again")
        );
    if (!changed.empty())
        co_await tell_homes();
}

task<> agent_watch::look_at(std::string service) {
    const executor on = co_await asio::this_coro::executor;
    question put = questions_.at(service);
    const std::string where = put.asked.target.authority();
    const time_point by = on.owner().now() + patience;
    auto trouble = co_await http::reach(over_, std::move(put.asked), put.refused, by);
    if (trouble)
        trouble = where + ": " + *trouble;
    state_.take(service, std::move(trouble), on.owner().now());
}

task<> agent_watch::tell_homes() {
    for (const auto& home : homes_.all())
        co_await ask(home->where(), home->show_agents(state_.cards()));
}

}  // namespace clarion::app
