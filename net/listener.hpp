#pragma once

#include "core/async/shard.hpp"
#include "core/async/task_group.hpp"
#include "core/async/wakeup.hpp"
#include "core/failure/ledger.hpp"
#include "net/log_line.hpp"
#include "net/socket_io.hpp"
#include "net/stream_service.hpp"
#include "net/tls_stream.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace clarion::net {

struct listen_address {
    std::string host;        ///< an IPv4 address, an IPv6 address without brackets, or "localhost"
    std::uint16_t port = 0;  ///< 0: a free one
};

/// The address cannot be listened on. `what` is one line: "cannot listen on HOST:PORT: reason".
class listen_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct listener_options {
    tls_context_ptr tls;  ///< none: plain TCP
    duration tls_handshake_timeout = std::chrono::seconds(10);
    /// Open at a time, on all shards together; past it a connection is closed as soon as it is
    /// accepted. 0: no cap. The caps of a site, which answer, lie below.
    std::size_t connections_max = 65'536;
    /// Of these in their TLS handshake, where nothing can be answered yet. 0: no cap.
    std::size_t tls_handshakes_max = 1'000;
    log_line log = [](std::string_view) {
    };
    /// Told of failed TLS handshakes and of connections that cannot be accepted; outlives the
    /// listener. None: nobody is told.
    failure::ledger* failures = nullptr;
};

/// Accepts connections on one address and deals them to the shards in turn. A connection never
/// leaves its shard. The first of `shards` is the home of the listener itself.
class listener {
public:
    using make_service = std::function<std::unique_ptr<stream_service>(shard&)>;

    /// Binds; connections queue up in the kernel from here on. Throws listen_error. The shards
    /// outlive the listener. Called before the shards run, or on the home shard, like all below.
    listener(
        const listen_address& address,
        std::vector<shard*> shards,
        listener_options options,
        const make_service& make
    );
    listener(const listener&) = delete;
    listener& operator=(const listener&) = delete;
    /// After `close` has ended, or without `start`.
    ~listener();

    /// HOST:PORT as bound, with brackets around an IPv6 address.
    const std::string& address() const noexcept { return address_; }
    std::uint16_t port() const noexcept { return port_; }

    /// Certificate and key that are in force now; none: plain TCP.
    const tls_context_ptr& tls() const noexcept { return options_.tls; }

    /// Begins to accept.
    void start();
    /// Certificate and key for connections from now on; only if it began with some.
    void use_tls(tls_context_ptr renewed) { options_.tls = std::move(renewed); }
    /// Stops accepting, drops idle connections, gives the others `grace` to end by themselves,
    /// drops the rest, a second later cancels what has not noticed, and ends when all have ended.
    /// Once; deaf to cancellation.
    task<> close(duration grace);

private:
    class part;
    /// How many there are, over all shards.
    struct counts {
        std::atomic<std::size_t> open = 0;
        std::atomic<std::size_t> in_handshake = 0;
    };
    using tcp_acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

    void bind(const listen_address& address);
    task<> accept();
    task<> wait_out_shortage(const std::string& reason);

    shard& home_;
    listener_options options_;
    counts counts_;
    tcp_acceptor acceptor_;
    std::string address_;
    std::uint16_t port_ = 0;
    std::vector<std::unique_ptr<part>> parts_;
    std::size_t parts_open_ = 0;
    bool is_closing_ = false;
    bool is_short_ = false;  // of descriptors or memory, and said so
    wakeup part_closed_;
    task_group accepting_;
};

}  // namespace clarion::net
