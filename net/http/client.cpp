#include "net/http/client.hpp"

#include <utility>

namespace clarion::http {

std::string encode(const client_request& asked, const proxy* via, std::string_view user_agent) {
    const bool is_relayed = via != nullptr && asked.target.how == scheme::http;
    std::string bytes = asked.method + " ";
    if (is_relayed)
        bytes += "http://" + asked.target.authority();
    bytes +=
        asked.target.target + " HTTP/1.1\r\nHost: " + asked.target.authority() + "\r\nUser-Agent: ";
    bytes.append(user_agent) += "\r\nAccept-Encoding: identity\r\n";
    if (is_relayed && !via->authorization.empty())
        bytes += "Proxy-Authorization: " + via->authorization + "\r\n";
    for (const header_field& field : asked.headers)
        bytes += field.name + ": " + field.value + "\r\n";
    if (!asked.body.empty() || asked.method == "POST")
        bytes += "Content-Length: " + std::to_string(asked.body.size()) + "\r\n";
    return bytes + "\r\n" + asked.body;
}

client::client(client_options options) : options_(std::move(options)), idle_(options_.idle) {}

task<net::dial_result> client::connect(const url& target, time_point deadline) const {
    const proxy* const via = options_.proxies.find(target);
    net::destination where;
    where.host = target.host;
    where.port = target.port;
    if (target.how == scheme::https) {
        where.tls = options_.tls;
        if (via != nullptr)
            where.through = *via;
    } else if (via != nullptr) {
        where.host = via->host;
        where.port = via->port;
    }
    return options_.dial(std::move(where), deadline);
}

task<exchange_result> client::send(client_request asked, client_deadlines until) {
    const executor on = co_await asio::this_coro::executor;
    if (asked.target.how == scheme::https && !options_.tls)
        co_return exchange_result(
            exchange_failure{exchange_fault::unreachable, "https:// needs a build with TLS"}
        );
    const std::string request =
        encode(asked, options_.proxies.find(asked.target), options_.user_agent);
    const std::string origin = asked.target.origin();
    net::byte_stream_ptr idle;
    if (asked.repeats == repetition::harmless)
        idle = idle_.take(origin, on.owner().now());
    if (idle) {
        auto again = std::make_unique<exchange>(std::move(idle), idle_, origin);
        auto failed = co_await again->begin(request, until.answered);
        if (!failed)
            co_return exchange_result(std::move(again));
        if (failed->what != exchange_fault::cut_off || !again->is_unanswered())
            co_return exchange_result(*std::move(failed));
        // The others have been idle for longer.
        idle_.close_origin(origin);
    }
    net::dial_result dialled = co_await connect(asked.target, until.connected);
    if (auto* failure = std::get_if<net::dial_failure>(&dialled))
        co_return exchange_result(
            exchange_failure{exchange_fault::unreachable, std::move(failure->message)}
        );
    auto stream = std::get<net::byte_stream_ptr>(std::move(dialled));
    auto begun = std::make_unique<exchange>(std::move(stream), idle_, origin);
    auto failed = co_await begun->begin(request, until.answered);
    if (failed)
        co_return exchange_result(*std::move(failed));
    co_return exchange_result(std::move(begun));
}

}  // namespace clarion::http
