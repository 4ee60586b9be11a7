#include "app/mcp_probe.hpp"

#include "app/config/complaint.hpp"
#include "app/outgoing_http.hpp"
#include "app/version.hpp"
#include "core/async/first_of.hpp"
#include "core/async/shard.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wakeup.hpp"
#include "net/http/url.hpp"
#include "net/mcp/http_channel.hpp"
#include "net/mcp/process_channel.hpp"
#include "net/mcp/sample_arguments.hpp"
#include "net/mcp/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::app {

namespace {

constexpr int answered_all = 0;
constexpr int did_not_answer = 1;
// A server of before may leave at the first question, and is greeted the old way then.
constexpr int lives_max = 2;
constexpr mcp::patience_limits call_patience{std::chrono::seconds(30), std::chrono::minutes(2)};

mcp::server_settings server_settings_of_probe() {
    mcp::server_settings made;
    made.name = "under test";
    made.who = {"clarion", std::string(version)};
    made.calls = call_patience;
    return made;
}

class probe {
public:
    probe(const executor& on, const command::mcp_probe& asked)
        : asked_(asked),
          signals_(on.owner().io(), SIGINT, SIGTERM),
          tested_(server_settings_of_probe(), factory(), sinks()),
          work_(on) {}

    // A program is asked to end also when the probe is: in a group of its own it hears of nothing.
    task<int> run() {
        work_.spawn(tested_.run());
        const auto ended = co_await first_of(ask_everything(), signals_.async_wait(use_task));
        if (ended.index() == 1)
            std::cerr << "clarion: interrupted\n";
        tested_.stop();
        co_await work_.join();
        co_return ended.index() == 0 ? std::get<0>(ended) : did_not_answer;
    }

private:
    task<int> ask_everything() {
        while (!tools_ && lives_lost_ < lives_max)
            co_await news_.wait();
        int status = did_not_answer;
        if (tools_)
            status = co_await call_all();
        else
            tell_lost();
        co_return status;
    }

    void tell_lost() const {
        std::cerr << "clarion: the MCP server " << on_one_line(why_lost_) << '\n';
    }

    mcp::channel_factory factory() {
        if (asked_.url.empty())
            return [this](const executor& on, mcp::heard_sink heard) {
                return mcp::start_process_channel(
                    on,
                    {asked_.words, {}},
                    std::move(heard),
                    [](std::string_view line) { std::cerr << "server: " << line << '\n'; }
                );
            };
        const auto where = std::get<http::url>(http::parse_url(asked_.url));
        const bool is_secure = where.how == http::scheme::https;
        client_ = std::make_unique<http::client>(
            outgoing_http(is_secure ? outgoing_tls::on : outgoing_tls::off)
        );
        return [this, where](const executor& on, mcp::heard_sink heard) {
            return std::variant<mcp::channel_ptr, std::string>(std::make_shared<mcp::http_channel>(
                on,
                *client_,
                mcp::http_channel_settings{where},
                std::move(heard)
            ));
        };
    }

    mcp::server_sinks sinks() {
        return {
            .listed =
                [this](const std::vector<ports::source_tool>& tools) {
                    tools_ = tools;
                    news_.notify();
                },
            .lost =
                [this](const std::string& why) {
                    ++lives_lost_;
                    why_lost_ = why;
                    news_.notify();
                },
            .note = [](const std::string& line
                    ) { std::cerr << "clarion: " << on_one_line(line) << '\n'; },
        };
    }

    task<int> call_all() {
        const std::vector<ports::source_tool> tools = *tools_;
        // It may have gone since it listed them.
        const std::optional<mcp::agreement> agreed = tested_.agreed();
        if (!agreed) {
            tell_lost();
            co_return did_not_answer;
        }
        const mcp::agreement& on = *agreed;
        std::cout << "server " << on_one_line(on.server_name) << ' '
                  << on_one_line(on.server_version) << ", MCP " << on.revision << ", "
                  << tools.size() << " tools" << std::endl;
        int status = answered_all;
        for (const ports::source_tool& tool : tools) {
            const bool answered = co_await call(tool);
            if (!answered)
                status = did_not_answer;
        }
        co_return status;
    }

    task<bool> call(const ports::source_tool& tool) {
        const executor on = co_await asio::this_coro::executor;
        const time_point began = on.owner().now();
        ports::source_call wanted{tool.name, mcp::sample_arguments(tool.parameters.text)};
        const ports::progress_sink ignored = [](const ports::tool_progress&) {
        };
        const ports::source_answer came = co_await tested_.call(std::move(wanted), ignored);
        const auto took =
            std::chrono::duration_cast<milliseconds>(on.owner().now() - began).count();
        const auto* const refusal = std::get_if<ports::source_refusal>(&came);
        std::cout << "tool " << tool.name << (refusal == nullptr ? " ok " : " error ") << took
                  << " ms";
        if (refusal != nullptr)
            std::cout << ": " << on_one_line(refusal->message);
        std::cout << std::endl;
        co_return refusal == nullptr || refusal->why == ports::refusal_cause::tool;
    }

    const command::mcp_probe& asked_;
    std::unique_ptr<http::client> client_;
    std::optional<std::vector<ports::source_tool>> tools_;
    std::string why_lost_;
    int lives_lost_ = 0;
    wakeup news_;
    asio::signal_set signals_;
    mcp::server tested_;
    task_group work_;
};

}  // namespace

int probe_mcp_server(const command::mcp_probe& asked) {
    std::signal(SIGPIPE, SIG_IGN);
    shard on(0);
    int status = did_not_answer;
    std::exception_ptr failure;
    {
        probe tried(on.get_executor(), asked);
        asio::co_spawn(
            on.get_executor(),
            tried.run(),
            [&](const std::exception_ptr& thrown, int ended) {
                failure = thrown;
                status = ended;
                on.stop();
            }
        );
        on.run();
    }
    if (failure)
        std::rethrow_exception(failure);
    return status;
}

}  // namespace clarion::app
