#pragma once

#include "core/failure/ledger.hpp"
#include "core/session/connection.hpp"
#include "core/session/memory_budget.hpp"
#include "net/http/admission.hpp"
#include "net/http/origin.hpp"
#include "net/http/request_source.hpp"
#include "net/http/router.hpp"
#include "net/http/upgrade.hpp"
#include "net/ip_network.hpp"
#include "net/log_line.hpp"
#include "net/websocket/transport.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::http {

/// An address where WebSockets are opened. `serve` runs on the connection's shard, from which it is
/// called at any time and on every shard; the connection is finished when it has ended. What it
/// throws is logged and closes with 1011. What it is told of the upgrade outlives it, and is its to
/// take apart.
struct websocket_endpoint {
    std::string path;
    websocket::transport_options options;
    std::function<task<>(websocket::transport&, session::upgrade_request&)> serve;
};

using session_service = std::function<task<>(session::connection&, session::upgrade_request&)>;

/// The endpoint of sessions (`/ws`).
[[nodiscard]] websocket_endpoint make_session_endpoint(
    std::string path,
    const websocket::transport_options& options,
    session_service service
);

/// `/echo`; frames and messages up to `bytes_max`.
[[nodiscard]] websocket_endpoint make_echo_endpoint(std::string path, std::size_t bytes_max);

/// An address where a POST is answered by a stream that lasts. `serve` runs on the connection's
/// shard, from which it is called at any time and on every shard; it writes the whole answer, head
/// included, and the connection is finished when it has ended. It may read from the stream to learn
/// that the peer is gone.
struct stream_endpoint {
    std::string path;
    std::size_t body_bytes_max = 0;
    std::function<task<>(net::byte_stream&, request, session::upgrade_request&)> serve;
};

/// What one listener serves, and under which rules.
struct site_options {
    router routes;
    std::vector<websocket_endpoint> endpoints;
    std::vector<stream_endpoint> streams{};
    origin_policy origins;
    authentication mode = authentication::off;
    request_limits limits;
    /// Open WebSockets, `connections_max` and `connections_per_address_max` of PROTOCOL §10.
    admission_caps websockets{50'000, 256};
    /// Connections that are not yet sessions, from their first byte to `welcome`
    /// (`unauthenticated_max` of PROTOCOL §10): waiting for a request, being answered, or upgraded
    /// and without a user. Counted apart: a browser's idle ones must not take the places of its
    /// WebSockets, and health checks are answered when those are taken.
    admission_caps unauthenticated{1'000, 256};
    /// Whose word on forwarding is believed (`trusted_proxies` of PROTOCOL §10).
    net::ip_networks trusted_proxies;
    unsigned retry_after_s = 5;
    net::log_line log = [](std::string_view) {
    };
    /// Told of upgrades that are refused; outlives the site. None: nobody is told.
    failure::ledger* failures = nullptr;
    /// Whether a credential is the server's own: no cap on WebSockets and memory holds for it. Any
    /// thread.
    std::function<bool(std::string_view)> is_own = [](std::string_view) {
        return false;
    };
    /// Why a credential will not do, a sentence, or nothing: asked before the body of a request
    /// that a stream answers is read; who serves it asks again. None: only who serves it asks.
    std::function<task<std::optional<std::string>>(std::string)> objection{};
    /// Asked before an upgrade; outlives the site. None: there is always memory.
    const session::memory_budget* memory = nullptr;
};

/// A listener's site: constant but for its counts and whether it drains. One for all shards.
class site {
public:
    explicit site(site_options made_of);
    site(const site&) = delete;
    site& operator=(const site&) = delete;

    const site_options& options() const noexcept { return options_; }
    /// nullptr when `path` opens no WebSocket.
    [[nodiscard]] const websocket_endpoint* find_endpoint(std::string_view path) const;

    /// nullptr when `path` is none of those.
    [[nodiscard]] const stream_endpoint* find_stream(std::string_view path) const;

    admission& websockets() noexcept { return websockets_; }
    admission& unauthenticated() noexcept { return unauthenticated_; }

    /// From now on upgrades get 503 with Retry-After, and connections are not kept for another
    /// request. Thread-safe, like is_draining.
    void drain() noexcept { draining_ = true; }
    bool is_draining() const noexcept { return draining_; }
    bool is_out_of_memory() const noexcept {
        return options_.memory != nullptr && options_.memory->is_spent();
    }

private:
    const site_options options_;
    admission websockets_;
    admission unauthenticated_;
    std::atomic<bool> draining_ = false;
};

}  // namespace clarion::http
