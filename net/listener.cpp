#include "net/listener.hpp"

#include "core/async/first_of.hpp"
#include "core/metrics/counters.hpp"
#include "net/tcp_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace clarion::net {

namespace {

// A client that does not read must not let the kernel take megabytes that our own bounds then
// cannot see.
constexpr int send_buffer_bytes = 64 * 1024;

// Before the next try when there are no descriptors left, or no memory.
constexpr duration shortage_pause = std::chrono::milliseconds(100);

// For what serves a connection, to notice that it was dropped and to end in its own way.
constexpr duration drop_grace = std::chrono::seconds(1);

/// One more of something that is bounded over all shards, until it is given back.
class seat {
public:
    /// Nothing when `max` are taken; 0: no bound. Two at once may both be refused the last one.
    static std::optional<seat> take(std::atomic<std::size_t>& taken, std::size_t max) {
        seat one(taken);
        if (max != 0 && one.number_ > max)
            return std::nullopt;
        return one;
    }
    seat(seat&& other) noexcept
        : taken_(std::exchange(other.taken_, nullptr)), number_(other.number_) {}
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    seat& operator=(seat&&) = delete;
    ~seat() { give_back(); }

    void give_back() noexcept {
        if (taken_ != nullptr)
            --*std::exchange(taken_, nullptr);
    }

private:
    explicit seat(std::atomic<std::size_t>& taken) : taken_(&taken), number_(++taken) {}

    std::atomic<std::size_t>* taken_;
    std::size_t number_;
};

std::string written(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace

/// The listener's connections on one shard.
class listener::part {
public:
    /// `options` and `all` are the listener's, which outlives its parts.
    part(
        shard& on,
        std::unique_ptr<stream_service> service,
        const listener_options& options,
        counts& all
    )
        : on_(on),
          service_(std::move(service)),
          options_(options),
          all_(all),
          counters_(metrics::counters_of(on.get_executor())),
          connections_(on.get_executor()) {}

    shard& on() noexcept { return on_; }

    void adopt(tcp_socket socket, tls_context_ptr tls) {
        if (is_closed_)
            return;
        auto place = seat::take(all_.open, options_.connections_max);
        if (!place)
            return tell_refused(socket, "there are as many as the listener takes");
        boost::system::error_code gone;
        send_without_delay(socket);
        socket.set_option(asio::socket_base::send_buffer_size(send_buffer_bytes), gone);
        if (!tls) {
            connections_.spawn(serve(make_tcp_stream(std::move(socket)), std::move(*place)));
            return;
        }
        auto handshake = seat::take(all_.in_handshake, options_.tls_handshakes_max);
        if (!handshake)
            return tell_refused(socket, "too many others are in their TLS handshake");
        connections_.spawn(
            secure({std::move(socket), std::move(tls), *std::move(place), *std::move(handshake)})
        );
    }

    task<> close(duration grace) {
        const time_point deadline = on_.now() + grace;
        is_closed_ = true;
        service_->close_idle();
        if (open_here_ > 0)
            co_await before(deadline, none_open_.wait());
        service_->drop_all();
        if (open_here_ > 0)
            co_await before(on_.now() + drop_grace, none_open_.wait());
        connections_.cancel();
        co_await connections_.join();
    }

private:
    // One that begins with a TLS handshake.
    struct insecure_connection {
        tcp_socket socket;
        tls_context_ptr tls;
        seat place;
        seat handshake;
    };

    // Counts one connection while in scope.
    class counted {
    public:
        counted(part& in, seat place) : in_(in), counters_(in.counters_), place_(std::move(place)) {
            ++in_.open_here_;
            ++counters_.connections_accepted;
            ++counters_.connections_open;
        }
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        ~counted() {
            --counters_.connections_open;
            if (--in_.open_here_ == 0 && in_.is_closed_)
                in_.none_open_.notify();
        }

    private:
        part& in_;
        metrics::counters& counters_;
        seat place_;
    };

    task<> serve(byte_stream_ptr stream, seat place) {
        const counted open(*this, std::move(place));
        co_await service_->serve(std::move(stream));
    }

    task<> secure(insecure_connection from) {
        const counted open(*this, std::move(from.place));
        byte_stream_ptr stream = co_await shake_hands(from);
        from.handshake.give_back();
        if (stream)
            co_await service_->serve(std::move(stream));
    }

    task<byte_stream_ptr> shake_hands(insecure_connection& from) {
        const time_point deadline = on_.now() + options_.tls_handshake_timeout;
        const std::string peer = address_of_peer(from.socket);
        tls_result secured =
            co_await accept_tls(std::move(from.socket), std::move(from.tls), deadline);
        if (auto* made = std::get_if<byte_stream_ptr>(&secured))
            co_return std::move(*made);
        const std::string why = std::get<stream_closed>(secured).message;
        tell(failure::code::tls_handshake_failed, peer + ": " + why);
        co_return nullptr;
    }

    void tell_refused(const tcp_socket& socket, const std::string& why) const {
        counters_.upgrades_refused.add(metrics::upgrade_refusal::connections);
        const std::string peer = address_of_peer(socket);
        tell(failure::code::handshake_refused, peer + ": closed without an answer: " + why);
    }

    void tell(failure::code what, const std::string& why) const {
        if (options_.failures != nullptr)
            options_.failures->report(what, {}, why);
    }

    shard& on_;
    std::unique_ptr<stream_service> service_;
    const listener_options& options_;
    counts& all_;
    metrics::counters& counters_;
    bool is_closed_ = false;
    std::size_t open_here_ = 0;
    wakeup none_open_;
    task_group connections_;
};

listener::listener(
    const listen_address& address,
    std::vector<shard*> shards,
    listener_options options,
    const make_service& make
)
    : home_(*shards.front()),
      options_(std::move(options)),
      acceptor_(home_.io()),
      accepting_(home_.get_executor()) {
    bind(address);
    for (shard* each : shards)
        parts_.push_back(std::make_unique<part>(*each, make(*each), options_, counts_));
}

listener::~listener() = default;

void listener::bind(const listen_address& address) {
    boost::system::error_code error;
    const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
    const auto refuse = [&address](const std::string& why) {
        const std::string where = written(address.host, address.port);
        throw listen_error("cannot listen on " + where + ": " + why);
    };
    const auto demand = [&error, &refuse] {
        if (error)
            refuse(reason_of(error));
    };
    const auto ip = asio::ip::make_address(host, error);
    if (error)
        refuse("not an IP address");
    const tcp::endpoint wanted(ip, address.port);
    acceptor_.open(wanted.protocol(), error);
    demand();
    // A restart must not wait for the last connections' TIME_WAIT. Never SO_REUSEPORT: a second
    // process would bind the same port without an error.
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    demand();
    acceptor_.bind(wanted, error);
    demand();
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    demand();
    const tcp::endpoint bound = acceptor_.local_endpoint(error);
    demand();
    port_ = bound.port();
    address_ = written(bound.address().to_string(), port_);
}

void listener::start() {
    accepting_.spawn(accept());
}

task<> listener::accept() {
    for (std::size_t next = 0; !is_closing_; next = (next + 1) % parts_.size()) {
        part& chosen = *parts_[next];
        auto [error, socket] = co_await acceptor_.async_accept(
            chosen.on().io().get_executor(),
            asio::as_tuple(use_task)
        );
        if (is_closing_)
            co_return;
        // A connection that is gone again before it was accepted is nobody's loss.
        if (error == asio::error::connection_aborted)
            continue;
        if (error) {
            co_await wait_out_shortage(reason_of(error));
            continue;
        }
        if (std::exchange(is_short_, false))
            options_.log("accepts connections again on " + address_);
        auto adopt = [&chosen, tls = options_.tls, socket = std::move(socket)]() mutable {
            chosen.adopt(std::move(socket), std::move(tls));
        };
        asio::post(chosen.on().get_executor(), std::move(adopt));
    }
}

task<> listener::wait_out_shortage(const std::string& reason) {
    const std::string what = "cannot accept connections on " + address_ + ", trying on: " + reason;
    const bool is_new = !std::exchange(is_short_, true);
    if (is_new && options_.failures != nullptr)
        options_.failures->report(failure::code::listener_accept_failed, {}, what);
    else if (is_new)
        options_.log(what);
    co_await sleep_for(shortage_pause);
}

task<> listener::close(duration grace) {
    co_await asio::this_coro::throw_if_cancelled(false);
    is_closing_ = true;
    boost::system::error_code closed_anyway;
    acceptor_.close(closed_anyway);
    accepting_.cancel();
    co_await accepting_.join();
    parts_open_ = parts_.size();
    for (const auto& each : parts_) {
        // The end of a part is the last that its shard does for this listener.
        auto ended = [this](const std::exception_ptr& failure) {
            auto tell = [this, failure] {
                if (failure)
                    options_.log("CRITICAL: a connection ended by an exception on " + address_);
                --parts_open_;
                part_closed_.notify();
            };
            asio::post(home_.get_executor(), std::move(tell));
        };
        asio::co_spawn(each->on().get_executor(), each->close(grace), std::move(ended));
    }
    while (parts_open_ > 0)
        co_await part_closed_.wait_to_the_end();
    parts_.clear();
}

}  // namespace clarion::net
