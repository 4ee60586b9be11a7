#include "tools/clarion-trace/admin_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/none.hpp>

#include <optional>
#include <utility>

namespace clarion::trace_tool {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using request = beast::http::request<beast::http::string_body>;
using response_parser = beast::http::response_parser<beast::http::string_body>;

std::string in_brackets(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

// Any failure on the way is a system_error.
asio::awaitable<answer>
exchange(admin_address with, request wanted, std::chrono::seconds patience) {
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(patience);
    asio::ip::tcp::resolver resolver(stream.get_executor());
    const auto endpoints =
        co_await resolver.async_resolve(with.host, with.port, asio::use_awaitable);
    co_await stream.async_connect(endpoints, asio::use_awaitable);
    co_await beast::http::async_write(stream, wanted, asio::use_awaitable);
    beast::flat_buffer buffer;
    response_parser response;
    response.body_limit(boost::none);
    co_await beast::http::async_read(stream, buffer, response, asio::use_awaitable);
    const auto& head = response.get();
    std::string body = std::move(response.get().body());
    if (head.result() != beast::http::status::ok)
        co_return failure{
            "the server answers " + std::to_string(head.result_int()) + ": " + body.substr(0, 200)
        };
    co_return body;
}

answer ask_once(const admin_address& with, request wanted, std::chrono::seconds patience) {
    wanted.set(beast::http::field::host, in_brackets(with.host) + ':' + with.port);
    wanted.set(beast::http::field::connection, "close");
    wanted.prepare_payload();
    asio::io_context context;
    answer made;
    auto take = [&](const std::exception_ptr& thrown, answer got) {
        made = std::move(got);
        if (!thrown)
            return;
        try {
            std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& error) {
            made = failure{
                "cannot ask " + in_brackets(with.host) + ':' + with.port + ": " +
                error.code().message()
            };
        }
    };
    asio::co_spawn(context, exchange(with, std::move(wanted), patience), std::move(take));
    context.run();
    return made;
}

request ask_for(beast::http::verb verb, const std::string& target) {
    return {verb, target, 11};
}

}  // namespace

std::variant<admin_address, std::string> parse_address(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        return "'" + text + "' is no HOST:PORT";
    std::string host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    return admin_address{std::move(host), text.substr(colon + 1)};
}

answer get(const admin_address& from, const std::string& target, std::chrono::seconds patience) {
    return ask_once(from, ask_for(beast::http::verb::get, target), patience);
}

answer post(
    const admin_address& to,
    const std::string& target,
    const std::string& json,
    std::chrono::seconds patience
) {
    request wanted = ask_for(beast::http::verb::post, target);
    wanted.set(beast::http::field::content_type, "application/json");
    wanted.body() = json;
    return ask_once(to, std::move(wanted), patience);
}

}  // namespace clarion::trace_tool
