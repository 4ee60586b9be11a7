#include "net/http/gate.hpp"

#include "core/async/first_of.hpp"
#include "core/metrics/counters.hpp"
#include "net/websocket/status_codes.hpp"

#include <boost/asio/cancellation_state.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace clarion::http {

namespace {

constexpr net::linger_limits linger{};

/// How long a connection whose service has thrown is given to take its close frame.
constexpr duration failure_close_timeout = std::chrono::seconds(1);

response too_many(const site& here) {
    return unavailable("Too many connections.", here.options().retry_after_s);
}

time_point from_now(const executor& on, duration time) {
    return on.owner().now() + time;
}

std::string what_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "not a std::exception";
    }
}

/// What `work` threw, if anything. Rethrows it when the caller has been cancelled.
task<std::exception_ptr> failure_of(task<> work) {
    std::exception_ptr failure;
    try {
        co_await std::move(work);
    } catch (...) {
        failure = std::current_exception();
    }
    const auto caller = co_await asio::this_coro::cancellation_state;
    if (failure && caller.cancelled() != asio::cancellation_type::none)
        std::rethrow_exception(failure);
    co_return failure;
}

// By how the refusal is told.
metrics::upgrade_refusal reason_of(const response& refusal, const site& here) {
    if (refusal.status == 403)
        return metrics::upgrade_refusal::origin;
    if (refusal.status == 503)
        return here.is_draining() ? metrics::upgrade_refusal::draining
                                  : metrics::upgrade_refusal::memory;
    return metrics::upgrade_refusal::malformed;
}

forwarding trust_in(const caller& from) {
    return from.is_through_trusted_proxy ? forwarding::trusted : forwarding::unknown;
}

bool is_within(const net::ip_networks& networks, const std::string& peer) {
    const auto address = net::parse_address(peer);
    return address && any_contains(networks, *address);
}

/// The guards of PROTOCOL §2 for a request that opens no WebSocket.
std::optional<response>
refused_caller(const site& here, const header_fields& headers, const std::string& peer) {
    const site_options& options = here.options();
    auto known = client_of(peer, headers, options.trusted_proxies);
    if (auto* refusal = std::get_if<response>(&known))
        return std::move(*refusal);
    return refused_origin(headers, options.origins, trust_in(std::get<caller>(known)));
}

/// Keeps a stream in a list while in scope.
class listed {
public:
    listed(std::list<net::byte_stream*>& in, net::byte_stream& stream)
        : in_(in), place_(in.insert(in.end(), &stream)) {}
    listed(const listed&) = delete;
    listed& operator=(const listed&) = delete;
    ~listed() { in_.erase(place_); }

private:
    std::list<net::byte_stream*>& in_;
    std::list<net::byte_stream*>::iterator place_;
};

task<> store(response& into, task<response> from) {
    into = co_await std::move(from);
}

}  // namespace

task<> gate::serve(net::byte_stream_ptr stream) {
    const listed open(open_, *stream);
    const std::exception_ptr failure = co_await failure_of(serve_stream(*stream));
    if (failure)
        site_->options().log("CRITICAL: a connection was dropped by a bug: " + what_of(failure));
}

void gate::close_idle() noexcept {
    is_closing_ = true;
    for (net::byte_stream* stream : idle_)
        stream->abort();
}

void gate::drop_all() noexcept {
    for (net::byte_stream* stream : open_)
        stream->abort();
}

task<> gate::serve_stream(net::byte_stream& stream) {
    const opening_ptr open = co_await serve_requests(stream);
    if (!open)
        co_return;
    websocket::transport over(stream, open->endpoint.options, open->already_read);
    std::string().swap(open->already_read);
    const std::exception_ptr failure = co_await failure_of(open->endpoint.serve(over, open->who));
    if (failure)
        co_await end_broken(over, what_of(failure));
    co_await over.finish();
}

task<gate::opening_ptr> gate::serve_requests(net::byte_stream& stream) {
    const executor on = co_await asio::this_coro::executor;
    const request_limits& limits = site_->options().limits;
    early_place place = enter(stream.remote_address());
    if (!place) {
        metrics::counters_of(on).upgrades_refused.add(metrics::upgrade_refusal::unauthenticated);
        response refusal = too_many(*site_);
        tell_refused(stream.remote_address(), refusal);
        co_await refuse(stream, std::move(refusal));
        co_return nullptr;
    }
    request_source source(stream, limits);
    time_point head_deadline = from_now(on, limits.head_timeout);
    time_point arrival_deadline = head_deadline;
    for (;;) {
        const auto arrived = co_await wait_for_request(stream, source, arrival_deadline);
        if (arrived == request_source::arrival::nothing)
            break;
        head_result head = co_await source.read_head(head_deadline);
        if (std::holds_alternative<no_request>(head))
            co_return nullptr;
        if (auto* refusal = std::get_if<response>(&head)) {
            co_await refuse(stream, std::move(*refusal));
            co_return nullptr;
        }
        if (const auto* endpoint = site_->find_endpoint(source.head().path)) {
            opening_ptr open = co_await open_websocket(stream, source, *endpoint);
            if (open)
                open->who.place_before_session = place;
            co_return open;
        }
        if (const auto* streamed = site_->find_stream(source.head().path)) {
            co_await open_stream(stream, source, *streamed, std::move(place));
            co_return nullptr;
        }
        const connection_after after = co_await serve_request(stream, source);
        if (after == connection_after::closed)
            break;
        arrival_deadline = from_now(on, limits.idle_timeout);
        head_deadline = from_now(on, limits.idle_timeout + limits.head_timeout);
    }
    co_await stream.finish(linger);
    co_return nullptr;
}

// A trusted proxy speaks for many clients, and nobody knows yet for whom this time.
gate::early_place gate::enter(const std::string& peer) const {
    const auto cap = is_within(site_->options().trusted_proxies, peer) ? address_cap::exempt
                                                                       : address_cap::applied;
    auto entered = site_->unauthenticated().enter(peer, cap);
    if (!entered)
        return nullptr;
    return std::make_shared<admission::place>(*std::move(entered));
}

task<request_source::arrival>
gate::wait_for_request(net::byte_stream& stream, request_source& source, time_point deadline) {
    const listed idle(idle_, stream);
    co_return co_await source.wait(deadline);
}

task<connection_after> gate::serve_request(net::byte_stream& stream, request_source& source) {
    const executor on = co_await asio::this_coro::executor;
    response answer;
    const std::exception_ptr failure =
        co_await failure_of(store(answer, answer_request(stream, source)));
    if (failure) {
        site_->options().log("CRITICAL: a route was ended by a bug: " + what_of(failure));
        answer = plain_response(500, "Something went wrong here.");
    }
    // A body that was not read stands in the way of the next request.
    const bool is_whole = !source.has_body();
    const request asked = source.take();
    const bool is_kept = is_whole && !failure && asked.wanted == connection_after::kept &&
                         !site_->is_draining() && !is_closing_;
    const auto after = is_kept ? connection_after::kept : connection_after::closed;
    const auto part = asked.method == "HEAD" ? body_part::left_out : body_part::sent;
    const auto written = co_await write(stream, encode(answer, part, after, on.owner().wall_ms()));
    co_return written == connection_after::closed ? written : after;
}

task<response> gate::answer_request(net::byte_stream& stream, request_source& source) {
    const request& head = source.head();
    if (head.spoken == version::http_1_1 && head.headers.count("Host") != 1)
        co_return plain_response(400, "A request needs exactly one Host header.");
    const router::lookup found = site_->options().routes.find(head.method, head.path);
    if (std::holds_alternative<router::unknown_path>(found))
        co_return plain_response(404, "There is nothing here.");
    if (const auto* other = std::get_if<router::unknown_method>(&found)) {
        response answer = plain_response(405, "This method is not answered here.");
        answer.headers.push_back(header_field{"Allow", other->allowed});
        co_return answer;
    }
    const route& asked = *std::get<const route*>(found);
    if (asked.open_to == access::guarded) {
        if (auto refusal = refused_caller(*site_, head.headers, stream.remote_address()))
            co_return std::move(*refusal);
    }
    co_return co_await answer_on(asked, source);
}

task<response> gate::answer_on(const route& found, request_source& source) {
    const executor on = co_await asio::this_coro::executor;
    const request& head = source.head();
    if (source.has_body() && found.body_bytes_max == 0)
        co_return plain_response(413, "No body is taken here.");
    const std::string_view type = head.headers.find("Content-Type").value_or("");
    const std::string_view media_type = type.substr(0, type.find(';'));
    if (!found.body_type.empty() && !equals_ignoring_case(media_type, found.body_type))
        co_return plain_response(415, "The body has to be " + found.body_type + ".");
    if (source.has_body()) {
        const time_point deadline = from_now(on, site_->options().limits.body_timeout);
        body_result body = co_await source.read_body(found.body_bytes_max, deadline);
        if (auto* refusal = std::get_if<response>(&body))
            co_return std::move(*refusal);
        if (std::holds_alternative<no_request>(body))
            co_return plain_response(400, "The body is not whole.");
    }
    if (const auto* at_once = std::get_if<answer_at_once>(&found.answer))
        co_return (*at_once)(source.head());
    co_return co_await std::get<answer_later>(found.answer)(source.head());
}

task<> gate::refuse(net::byte_stream& stream, response answer) {
    const executor on = co_await asio::this_coro::executor;
    const auto closed = connection_after::closed;
    co_await write(stream, encode(answer, body_part::sent, closed, on.owner().wall_ms()));
    co_await stream.finish(linger);
}

task<connection_after> gate::write(net::byte_stream& stream, std::string bytes) {
    const executor on = co_await asio::this_coro::executor;
    const time_point deadline = from_now(on, site_->options().limits.send_timeout);
    const auto done = co_await before(deadline, stream.write(bytes));
    if (done && std::holds_alternative<std::size_t>(*done))
        co_return connection_after::kept;
    stream.abort();
    co_return connection_after::closed;
}

// The server as a client of itself proves that it works, not that there is room.
gate::caps gate::caps_for(const request& asked) const {
    const auto credential = credential_of(asked);
    return credential && site_->options().is_own(*credential) ? caps::exempt : caps::applied;
}

upgrade_verdict gate::judge(const request_source& source, const caller& from, caps how) const {
    const site_options& options = site_->options();
    if (auto refusal = refused_origin(source.head().headers, options.origins, trust_in(from)))
        return std::move(*refusal);
    if (site_->is_draining())
        return unavailable("This server is going away.", options.retry_after_s);
    if (how == caps::applied && site_->is_out_of_memory())
        return unavailable("This server has no memory for more.", options.retry_after_s);
    // It would be taken for frames.
    if (source.has_body())
        return plain_response(413, "No body is taken here.");
    return decide_upgrade(source.head(), options.mode);
}

// A server that goes away says so to everybody: that is no failure.
void gate::tell_refused(const std::string& address, const response& refusal) const {
    if (site_->options().failures == nullptr || site_->is_draining())
        return;
    std::string detail = address + ": " + std::to_string(refusal.status);
    detail += " " + refusal.body.substr(0, refusal.body.find('\n'));
    site_->options().failures->report(failure::code::handshake_refused, {}, detail);
}

task<gate::opening_ptr> gate::open_websocket(
    net::byte_stream& stream,
    request_source& source,
    const websocket_endpoint& endpoint
) {
    const executor on = co_await asio::this_coro::executor;
    metrics::counters& counters = metrics::counters_of(on);
    const std::string& peer = stream.remote_address();
    auto known = client_of(peer, source.head().headers, site_->options().trusted_proxies);
    const auto* from = std::get_if<caller>(&known);
    const caps how = caps_for(source.head());
    upgrade_verdict verdict =
        from != nullptr ? judge(source, *from, how) : upgrade_verdict(std::get<response>(known));
    if (auto* refusal = std::get_if<response>(&verdict)) {
        counters.upgrades_refused.add(reason_of(*refusal, *site_));
        tell_refused(from != nullptr ? from->address : peer, *refusal);
        co_await refuse(stream, std::move(*refusal));
        co_return nullptr;
    }
    std::optional<admission::place> place;
    if (how == caps::exempt)
        place.emplace(site_->websockets().enter_uncapped(from->address));
    else if (auto entered = site_->websockets().enter(from->address))
        place.emplace(*std::move(entered));
    if (!place) {
        counters.upgrades_refused.add(metrics::upgrade_refusal::connections);
        response refusal = too_many(*site_);
        tell_refused(from->address, refusal);
        co_await refuse(stream, std::move(refusal));
        co_return nullptr;
    }
    auto& accepted = std::get<upgrade_accepted>(verdict);
    accepted.who.remote_address = from->address;
    const auto written = co_await write(stream, std::move(accepted.head));
    if (written == connection_after::closed)
        co_return nullptr;
    auto open = std::make_unique<opening>(
        opening{endpoint, std::move(accepted.who), source.take_rest(), std::move(*place)}
    );
    co_return open;
}

task<> gate::end_broken(websocket::transport& over, const std::string& what) {
    const executor on = co_await asio::this_coro::executor;
    site_->options().log("CRITICAL: a session was ended by a bug: " + what);
    const time_point deadline = from_now(on, failure_close_timeout);
    co_await before(deadline, over.send_close(websocket::status::internal_error, "a bug here"));
}

}  // namespace clarion::http
