#include "net/http/site.hpp"

#include "net/websocket/echo.hpp"
#include "net/websocket/session_connection.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace clarion::http {

namespace {

// The service is the site's, and outlives every connection.
task<> serve_session(
    const session_service& service,
    websocket::transport& over,
    session::upgrade_request& who
) {
    websocket::session_connection connection(over);
    co_await service(connection, who);
}

}  // namespace

websocket_endpoint make_session_endpoint(
    std::string path,
    const websocket::transport_options& options,
    session_service service
) {
    auto serve = [service = std::make_shared<const session_service>(std::move(service)
                  )](websocket::transport& over, session::upgrade_request& who) {
        return serve_session(*service, over, who);
    };
    return websocket_endpoint{std::move(path), options, std::move(serve)};
}

websocket_endpoint make_echo_endpoint(std::string path, std::size_t bytes_max) {
    websocket::transport_options options;
    options.message_bytes_max = bytes_max;
    options.frame_bytes_max = bytes_max;
    auto serve = [](websocket::transport& over, session::upgrade_request& who) {
        // There is nobody to become.
        who.place_before_session.reset();
        return websocket::echo(over);
    };
    return websocket_endpoint{std::move(path), options, serve};
}

site::site(site_options made_of)
    : options_(std::move(made_of)),
      websockets_(options_.websockets),
      unauthenticated_(options_.unauthenticated) {}

const websocket_endpoint* site::find_endpoint(std::string_view path) const {
    const auto found = std::ranges::find(options_.endpoints, path, &websocket_endpoint::path);
    return found == options_.endpoints.end() ? nullptr : &*found;
}

const stream_endpoint* site::find_stream(std::string_view path) const {
    const auto found = std::ranges::find(options_.streams, path, &stream_endpoint::path);
    return found == options_.streams.end() ? nullptr : &*found;
}

}  // namespace clarion::http
