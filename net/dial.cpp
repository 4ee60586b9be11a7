#include "net/dial.hpp"

#include "core/async/first_of.hpp"
#include "core/async/wakeup.hpp"
#include "core/trace/mark.hpp"
#include "net/tcp_stream.hpp"
#include "net/tunnel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace clarion::net {

namespace {

using resolver = asio::ip::basic_resolver<tcp, asio::io_context::executor_type>;

struct connected {
    std::unique_ptr<tcp_socket> socket;
    boost::system::error_code error;
};

using address_check = bool (*)(const ip_address&);

// Of the addresses found, those that may be connected to. The check and the connection see the very
// same address: no second look at the name lies between.
std::vector<tcp::endpoint> permitted(std::vector<tcp::endpoint> found, address_check permits) {
    if (permits != nullptr)
        std::erase_if(found, [permits](const tcp::endpoint& one) {
            const auto address = parse_address(one.address().to_string());
            return !address || !permits(*address);
        });
    return found;
}

/// What a name came to; whoever asked may have gone.
struct resolution {
    wakeup has_come;
    boost::system::error_code error;
    std::vector<tcp::endpoint> found;
};

// A resolver that waits for a name server hears of no cancel, so it is left behind: the answer
// finds its place, and nobody there.
task<std::shared_ptr<const resolution>> resolve(std::string host, std::uint16_t port) {
    const executor on = co_await asio::this_coro::executor;
    const auto answer = std::make_shared<resolution>();
    resolver names(on.owner().io());
    const auto take =
        [answer](const boost::system::error_code& error, const resolver::results_type& found) {
            const trace::turn here(trace::queued_by_nobody);
            answer->error = error;
            for (const auto& entry : found)
                answer->found.push_back(entry.endpoint());
            answer->has_come.notify();
        };
    names.async_resolve(host, std::to_string(port), take);
    co_await answer->has_come.wait();
    co_return answer;
}

task<connected> connect(std::string host, std::uint16_t port, address_check permits) {
    const executor on = co_await asio::this_coro::executor;
    asio::io_context& io = on.owner().io();
    connected result;
    result.socket = std::make_unique<tcp_socket>(io);
    std::vector<tcp::endpoint> candidates;
    // An address needs no resolver, which would cost a thread.
    const auto address = asio::ip::make_address(host, result.error);
    if (!result.error) {
        candidates.emplace_back(address, port);
    } else {
        const auto resolved = co_await resolve(std::move(host), port);
        result.error = resolved->error;
        if (result.error)
            co_return result;
        candidates = resolved->found;
    }
    candidates = permitted(std::move(candidates), permits);
    if (candidates.empty()) {
        result.error = asio::error::access_denied;
        co_return result;
    }
    const auto [error, chosen] =
        co_await asio::async_connect(*result.socket, candidates, asio::as_tuple(use_task));
    result.error = error;
    co_return result;
}

}  // namespace

task<dial_result> dial(destination where, time_point deadline) {
    const auto failure = [&where](const std::string& why) {
        const std::string to = where.host + ":" + std::to_string(where.port);
        return dial_result(dial_failure{"cannot connect to " + to + ": " + why});
    };
    const proxy_hop hop = where.through.value_or(proxy_hop{where.host, where.port, {}});
    auto reached = co_await before(deadline, connect(hop.host, hop.port, where.permits));
    if (!reached)
        co_return failure("no answer in time");
    if (reached->error == asio::error::access_denied && where.permits != nullptr)
        co_return failure("none of its addresses may be connected to");
    if (reached->error)
        co_return failure(reason_of(reached->error));
    send_without_delay(*reached->socket);
    if (where.through) {
        const tunnel_request asked{where.host, where.port, hop.authorization};
        auto opened = co_await before(deadline, open_tunnel(*reached->socket, asked));
        if (!opened)
            co_return failure("no answer of the proxy " + hop.host + " in time");
        if (*opened)
            co_return failure("the proxy " + hop.host + " " + **opened);
    }
    if (!where.tls)
        co_return dial_result(make_tcp_stream(std::move(*reached->socket)));
    auto secured =
        co_await connect_tls(std::move(*reached->socket), where.tls, where.host, deadline);
    if (const auto* refused = std::get_if<stream_closed>(&secured))
        co_return failure(refused->message);
    co_return dial_result(std::get<byte_stream_ptr>(std::move(secured)));
}

}  // namespace clarion::net
