#include "net/agui/agui_endpoint.hpp"

#include "core/async/task_group.hpp"
#include "net/agui/agui_connection.hpp"
#include "net/agui/cancel_connection.hpp"
#include "net/http/response.hpp"

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

namespace clarion::agui {

namespace {

constexpr net::linger_limits linger{};
constexpr std::size_t cancel_bytes_max = 8192;

task<> refuse(net::byte_stream& stream, std::string sentence) {
    const executor on = co_await asio::this_coro::executor;
    const std::string answer = http::encode(
        http::plain_response(400, sentence),
        http::body_part::sent,
        http::connection_after::closed,
        on.owner().wall_ms()
    );
    (void)co_await stream.write(answer);
    co_await stream.finish(linger);
}

/// One run, or one cancel: a session's connection that knows when its client has gone.
template <class Connection>
task<> serve_session(
    const http::session_service& service,
    net::byte_stream& stream,
    Connection& connection,
    session::upgrade_request& who
) {
    const executor on = co_await asio::this_coro::executor;
    std::exception_ptr failure;
    task_group beside(on);
    beside.spawn(connection.watch_client());
    try {
        co_await service(connection, who);
    } catch (...) {
        failure = std::current_exception();
    }
    // The read that watches the client ends before the stream is finished, also when the listener
    // has cancelled the connection: an await would throw then before it has begun.
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    beside.cancel();
    co_await beside.join();
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (failure)
        std::rethrow_exception(failure);
    co_await stream.finish(linger);
}

// The service is the site's, and outlives every connection.
task<> serve_run(
    const http::session_service& service,
    net::byte_stream& stream,
    http::request asked,
    session::upgrade_request& who
) {
    auto wish = wish_from(asked.body);
    if (auto* wrong = std::get_if<std::string>(&wish))
        co_return co_await refuse(stream, std::move(*wrong));
    auto& wanted = std::get<run_wish>(wish);
    const auto agent = asked.query.find("agent");
    if (agent != asked.query.end())
        wanted.agent = agent->second;
    if (const auto last = asked.headers.find("Last-Event-ID"))
        wanted.after = cursor_from(*last);
    agui_connection connection(stream, std::move(wanted));
    co_await serve_session(service, stream, connection, who);
}

task<> serve_cancel(
    const http::session_service& service,
    net::byte_stream& stream,
    http::request asked,
    session::upgrade_request& who
) {
    auto wish = cancel_from(asked.body);
    if (auto* wrong = std::get_if<std::string>(&wish))
        co_return co_await refuse(stream, std::move(*wrong));
    cancel_connection connection(stream, std::get<cancel_wish>(std::move(wish)));
    co_await serve_session(service, stream, connection, who);
}

}  // namespace

http::stream_endpoint
make_run_endpoint(std::string path, std::size_t body_bytes_max, http::session_service service) {
    auto serve = [service = std::make_shared<const http::session_service>(std::move(service)
                  )](net::byte_stream& stream, http::request asked, session::upgrade_request& who) {
        return serve_run(*service, stream, std::move(asked), who);
    };
    return http::stream_endpoint{std::move(path), body_bytes_max, std::move(serve)};
}

http::stream_endpoint make_cancel_endpoint(std::string path, http::session_service service) {
    auto serve = [service = std::make_shared<const http::session_service>(std::move(service)
                  )](net::byte_stream& stream, http::request asked, session::upgrade_request& who) {
        return serve_cancel(*service, stream, std::move(asked), who);
    };
    return http::stream_endpoint{std::move(path), cancel_bytes_max, std::move(serve)};
}

}  // namespace clarion::agui
