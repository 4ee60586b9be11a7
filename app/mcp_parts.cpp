#include "app/mcp_parts.hpp"

#include "app/config/complaint.hpp"
#include "app/outgoing_http.hpp"
#include "app/version.hpp"
#include "core/async/ask.hpp"
#include "net/http/url.hpp"
#include "net/mcp/http_channel.hpp"
#include "net/mcp/process_channel.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

constexpr duration settle_time = std::chrono::seconds(10);
constexpr std::string_view pins_file = "/mcp-tools.json";

std::string pins_path(const server_settings& with) {
    return with.data == ":memory:" ? std::string() : with.data + std::string(pins_file);
}

agents::approval_policy policy_of(const std::string& name) {
    return *protocol::enum_from_name<agents::approval_policy>(name);
}

agents::outside::approval_rules rules_of(const mcp_config& with) {
    agents::outside::approval_rules made;
    made.otherwise = policy_of(with.approve);
    for (const mcp_tool_config& one : with.tools) {
        agents::outside::tool_rule rule;
        rule.approve = policy_of(one.approve);
        for (const auto& [argument, pattern] : one.when)
            rule.when.emplace(argument, std::regex(pattern));
        made.tools.emplace(one.tool, std::move(rule));
    }
    return made;
}

}  // namespace

struct mcp_servers::entry {
    std::string name;
    mcp::command_line command;
    std::optional<http::url> where;
    std::unique_ptr<http::client> client;
    std::unique_ptr<mcp::source> source;
    bool is_settled = false;  // the first shard's
};

mcp_servers::mcp_servers(const settings& with, const shards& all, const failure::logger& log)
    : log_(log),
      first_(all.front()->get_executor()),
      catalog_(pins_path(with.server), log),
      running_(first_) {
    std::size_t place = 0;
    for (const mcp_config& one : with.mcp)
        add(one, all[place++ % all.size()]->get_executor());
}

mcp_servers::~mcp_servers() = default;

void mcp_servers::add(const mcp_config& with, const executor& home) {
    entry& made = *all_.emplace_back(std::make_unique<entry>());
    made.name = with.name;
    if (with.url.empty()) {
        made.command.words = with.command;
        made.command.environment = with.env;
    } else {
        made.where = std::get<http::url>(http::parse_url(with.url));
        const bool is_secure = made.where->how == http::scheme::https;
        made.client = std::make_unique<http::client>(
            outgoing_http(is_secure ? outgoing_tls::on : outgoing_tls::off)
        );
    }
    mcp::server_settings about;
    about.name = with.name;
    about.who = {"clarion", std::string(version)};
    // The run's own time-out comes first; this one is for a caller that has none.
    about.calls = {std::chrono::minutes(10), std::chrono::minutes(60)};
    made.source = std::make_unique<mcp::source>(home, std::move(about), factory(made), sinks(made));
    catalog_.add(*made.source, rules_of(with));
}

mcp::channel_factory mcp_servers::factory(entry& of) {
    if (of.where)
        return [&of](const executor& on, mcp::heard_sink heard) {
            return std::variant<mcp::channel_ptr, std::string>(std::make_shared<mcp::http_channel>(
                on,
                *of.client,
                mcp::http_channel_settings{*of.where},
                std::move(heard)
            ));
        };
    return [this, &of](const executor& on, mcp::heard_sink heard) {
        const auto chatter = [this, &of](std::string_view line) {
            log_.info("MCP server " + of.name + ": " + on_one_line(line));
        };
        return mcp::start_process_channel(on, of.command, std::move(heard), chatter);
    };
}

mcp::server_sinks mcp_servers::sinks(entry& of) {
    return {
        .listed =
            [this, &of](const std::vector<ports::source_tool>& tools) {
                catalog_.list(of.name, tools);
                log_.info(
                    "MCP server " + of.name + " has " + std::to_string(tools.size()) + " tools"
                );
                settled(of);
            },
        .lost =
            [this, &of](const std::string& why) {
                catalog_.lose(of.name, why);
                log_.warning("MCP server " + of.name + " " + on_one_line(why));
                settled(of);
            },
        .note = [this, &of](const std::string& line
                ) { log_.warning("MCP server " + of.name + " " + on_one_line(line)); },
    };
}

void mcp_servers::settled(entry& which) {
    asio::post(first_, [this, &which] {
        if (std::exchange(which.is_settled, true))
            return;
        --unsettled_;
        news_.notify();
    });
}

task<> mcp_servers::start() {
    unsettled_ = all_.size();
    for (const auto& one : all_)
        running_.spawn(ask(one->source->home(), one->source->run()));
    const time_point until = first_.owner().now() + settle_time;
    while (unsettled_ > 0 && first_.owner().now() < until)
        co_await news_.wait_until(until);
}

task<> mcp_servers::stop() {
    for (const auto& one : all_)
        asio::post(one->source->home(), [&of = *one->source] { of.stop(); });
    co_await running_.join();
}

}  // namespace clarion::app
