#pragma once

#include "net/dial.hpp"
#include "net/http/exchange.hpp"
#include "net/http/header_fields.hpp"
#include "net/http/idle_connections.hpp"
#include "net/http/proxy_rules.hpp"
#include "net/http/url.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::http {

/// Whether a request whose connection broke before a byte of the answer may be sent once more: the
/// server may have taken it. What may not be goes on a connection of its own.
enum class repetition : std::uint8_t { harmless, forbidden };

struct client_request {
    std::string method = "GET";
    url target;
    /// Beyond Host, Content-Length, User-Agent and what a proxy needs.
    std::vector<header_field> headers;
    std::string body;
    repetition repeats = repetition::harmless;
};

/// The bytes of a request; `via` is the proxy that reads its header, for http:// alone.
[[nodiscard]] std::string
encode(const client_request& asked, const proxy* via, std::string_view user_agent);

/// `net::dial`, or what stands for it in a test.
using dialler = std::function<task<net::dial_result>(net::destination, time_point)>;

struct client_options {
    proxy_rules proxies;
    /// For https://; none: such requests fail by name.
    net::tls_context_ptr tls;
    std::string user_agent = "clarion";
    idle_limits idle{};
    dialler dial = net::dial;
};

struct client_deadlines {
    time_point connected = time_point::never();  ///< TLS and proxy included
    time_point answered = time_point::never();   ///< the head of the answer
};

using exchange_ptr = std::unique_ptr<exchange>;
using exchange_result = std::variant<exchange_ptr, exchange_failure>;

/// Sends requests and keeps connections for the next. One shard; outlives its exchanges. Follows no
/// redirects and asks for no compression.
class client {
public:
    explicit client(client_options options);

    /// Ends with the head of the answer. A connection that was idle and turns out to have been
    /// closed is replaced once, unseen, for a request that may be repeated; one that may not takes
    /// no idle connection. Throws operation_aborted when cancelled; whatever was
    /// connected is dropped then.
    task<exchange_result> send(client_request asked, client_deadlines until);

    std::size_t idle_connections_count() const { return idle_.size(); }
    void close_idle() { idle_.close_all(); }

private:
    task<net::dial_result> connect(const url& target, time_point deadline) const;

    client_options options_;
    idle_connections idle_;
};

}  // namespace clarion::http
