#include "tests/flow/net/server.hpp"

#include "net/http/gate.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <future>
#include <stdexcept>
#include <utility>

namespace clarion::net::test {

namespace {

task<> throw_at_once(websocket::transport&, session::upgrade_request) {
    throw std::runtime_error("broken on purpose");
    co_return;
}

http::site_options with_routes(http::site_options options) {
    http::route health;
    health.method = "GET";
    health.path = "/healthz";
    health.answer = http::answer_at_once([](const http::request&) {
        return http::plain_response(200, "alive");
    });
    options.routes = http::router({health});
    if (options.endpoints.empty())
        options.endpoints.push_back(http::make_echo_endpoint("/echo", std::size_t{1} << 20U));
    options.endpoints.push_back({"/throw", {}, throw_at_once});
    return options;
}

}  // namespace

server::server(http::site_options with, listener_options how) {
    constexpr std::size_t shard_count = 3;
    std::vector<shard*> all;
    for (std::size_t index = 0; index < shard_count; ++index)
        all.push_back(shards_.emplace_back(std::make_unique<shard>(index)).get());
    with.log = how.log = [this](std::string_view line) {
        add_log(line);
    };
    site_ = std::make_shared<http::site>(with_routes(std::move(with)));
    const auto make_gate = [this](shard&) -> std::unique_ptr<stream_service> {
        return std::make_unique<http::gate>(site_);
    };
    listener_ = std::make_unique<listener>(
        listen_address{"0.0.0.0", 0},
        std::move(all),
        std::move(how),
        make_gate
    );
    listener_->start();
    for (const auto& each : shards_) {
        auto run = [on = each.get()] {
            on->run();
        };
        threads_.emplace_back(run);
    }
}

server::~server() {
    if (listener_)
        close(std::chrono::milliseconds(0));
}

void server::add_log(std::string_view line) {
    const std::scoped_lock lock(log_mutex_);
    log_.emplace_back(line);
}

std::vector<std::string> server::log() {
    const std::scoped_lock lock(log_mutex_);
    return log_;
}

void server::close(std::chrono::milliseconds grace) {
    std::promise<void> closed;
    auto tell = [&closed](const std::exception_ptr&) {
        closed.set_value();
    };
    asio::co_spawn(shards_.front()->get_executor(), listener_->close(grace), tell);
    closed.get_future().wait();
    for (const auto& each : shards_)
        each->stop();
    for (std::thread& thread : threads_)
        thread.join();
    listener_.reset();
}

}  // namespace clarion::net::test
