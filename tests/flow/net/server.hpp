#pragma once

#include "core/async/shard.hpp"
#include "net/http/site.hpp"
#include "net/listener.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace clarion::net::test {

/// A listener on a free loopback port with shards on threads of their own, and `/echo`, `/healthz`,
/// `/throw` (a WebSocket whose service throws) behind it.
class server {
public:
    explicit server(http::site_options with = {}, listener_options how = {});
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    /// Closes if that has not been done.
    ~server();

    std::uint16_t port() const { return listener_->port(); }
    http::site& site() { return *site_; }
    std::vector<std::string> log();

    /// Closes the listener with that grace, and joins the shards.
    void close(std::chrono::milliseconds grace);

private:
    void add_log(std::string_view line);

    std::mutex log_mutex_;
    std::vector<std::string> log_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::shared_ptr<http::site> site_;
    std::unique_ptr<listener> listener_;
    std::vector<std::thread> threads_;
};

}  // namespace clarion::net::test
