#include "net/http/site.hpp"

#include "net/websocket/echo.hpp"
#include "net/websocket/session_connection.hpp"

#include <algorithm>
#include <utility>

namespace clarion::http {

namespace {

task<>
serve_session(session_service service, websocket::transport& over, session::upgrade_request who) {
    websocket::session_connection connection(over);
    co_await service(connection, std::move(who));
}

}  // namespace

websocket_endpoint make_session_endpoint(
    std::string path,
    const websocket::transport_options& options,
    session_service service
) {
    auto serve =
        [service = std::move(service)](websocket::transport& over, session::upgrade_request who) {
            return serve_session(service, over, std::move(who));
        };
    return websocket_endpoint{std::move(path), options, std::move(serve)};
}

websocket_endpoint make_echo_endpoint(std::string path, std::size_t bytes_max) {
    websocket::transport_options options;
    options.message_bytes_max = bytes_max;
    options.frame_bytes_max = bytes_max;
    auto serve = [](websocket::transport& over, const session::upgrade_request&) {
        return websocket::echo(over);
    };
    return websocket_endpoint{std::move(path), options, serve};
}

site::site(site_options made_of)
    : options_(std::move(made_of)),
      websockets_(options_.websockets),
      requests_(options_.requests) {}

const websocket_endpoint* site::find_endpoint(std::string_view path) const {
    const auto found = std::ranges::find(options_.endpoints, path, &websocket_endpoint::path);
    return found == options_.endpoints.end() ? nullptr : &*found;
}

}  // namespace clarion::http
