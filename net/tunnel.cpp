#include "net/tunnel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>

namespace clarion::net {

namespace {

constexpr std::string_view head_end = "\r\n\r\n";
constexpr std::size_t answer_bytes_max = 16384;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

std::string connect_request(const tunnel_request& asked) {
    const bool is_v6 = asked.host.find(':') != std::string::npos;
    const std::string host = is_v6 ? "[" + asked.host + "]" : asked.host;
    const std::string authority = host + ":" + std::to_string(asked.port);
    std::string request = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
    if (!asked.authorization.empty())
        request += "Proxy-Authorization: " + asked.authorization + "\r\n";
    return request + "\r\n";
}

std::optional<std::string> refusal_in(std::string_view answer) {
    constexpr std::size_t status_at = 9;  // behind "HTTP/1.1 "
    const bool is_http = answer.starts_with("HTTP/1.") && answer.size() > status_at + 3 &&
                         answer[status_at - 1] == ' ' && is_digit(answer[status_at]) &&
                         is_digit(answer[status_at + 1]) && is_digit(answer[status_at + 2]);
    if (!is_http)
        return "does not speak HTTP";
    if (answer[status_at] == '2')
        return std::nullopt;
    return "refused with status " + std::string(answer.substr(status_at, 3));
}

task<std::optional<std::string>> open_tunnel(tcp_socket& socket, tunnel_request asked) {
    using refusal = std::optional<std::string>;
    const std::string request = connect_request(asked);
    const auto [unsent, sent] =
        co_await asio::async_write(socket, asio::buffer(request), asio::as_tuple(use_task));
    if (unsent)
        co_return refusal("hung up: " + reason_of(unsent));
    std::string answer;
    std::array<char, 1024> room{};
    while (answer.find(head_end) == std::string::npos) {
        const auto [error, bytes] =
            co_await socket.async_read_some(asio::buffer(room), asio::as_tuple(use_task));
        if (error)
            co_return refusal("hung up: " + reason_of(error));
        answer.append(room.data(), bytes);
        if (answer.size() > answer_bytes_max)
            co_return refusal("does not speak HTTP");
    }
    // Behind the tunnel the client speaks first, in TLS as in HTTP.
    if (!answer.ends_with(head_end) && answer.starts_with("HTTP/1.") && !refusal_in(answer))
        co_return refusal("sent more than its answer");
    co_return refusal_in(answer);
}

}  // namespace clarion::net
