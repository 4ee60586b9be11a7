#include "tools/clarion-trace/admin_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

namespace clarion::trace_tool {

namespace {

namespace asio = boost::asio;

std::string in_brackets(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

answer ask_once(const admin_address& with, const std::string& request) {
    boost::system::error_code error;
    const auto failed = [&with, &error] {
        return failure{
            "cannot ask " + in_brackets(with.host) + ':' + with.port + ": " + error.message()
        };
    };
    asio::io_context context;
    asio::ip::tcp::resolver resolver(context);
    const auto endpoints = resolver.resolve(with.host, with.port, error);
    if (error)
        return failed();
    asio::ip::tcp::socket socket(context);
    asio::connect(socket, endpoints, error);
    if (error)
        return failed();
    asio::write(socket, asio::buffer(request), error);
    if (error)
        return failed();
    std::string response;
    asio::read(socket, asio::dynamic_buffer(response), error);
    if (error != asio::error::eof)
        return failed();
    return body_of(response);
}

std::string head_of(const char* method, const admin_address& with, const std::string& target) {
    return std::string(method) + ' ' + target + " HTTP/1.1\r\nHost: " + in_brackets(with.host) +
           ':' + with.port + "\r\nConnection: close\r\n";
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

answer get(const admin_address& from, const std::string& target) {
    return ask_once(from, head_of("GET", from, target) + "\r\n");
}

answer post(const admin_address& to, const std::string& target, const std::string& json) {
    return ask_once(
        to,
        head_of("POST", to, target) + "Content-Type: application/json\r\nContent-Length: " +
            std::to_string(json.size()) + "\r\n\r\n" + json
    );
}

answer body_of(std::string_view response) {
    const std::size_t end = response.find("\r\n\r\n");
    constexpr std::string_view version = "HTTP/1.1 ";
    if (end == std::string_view::npos || !response.starts_with(version))
        return failure{"the answer is no HTTP"};
    const std::string_view status = response.substr(version.size(), 3);
    const std::string_view body = response.substr(end + 4);
    if (status != "200")
        return failure{
            "the server answers " + std::string(status) + ": " + std::string(body.substr(0, 200))
        };
    return std::string(body);
}

}  // namespace clarion::trace_tool
