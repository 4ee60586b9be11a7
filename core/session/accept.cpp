#include "core/session/accept.hpp"

#include "core/async/ask.hpp"
#include "core/async/first_of.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/server_frames.hpp"
#include "core/trace/mark.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clarion::session {

namespace {

using protocol::close_code;

not_established refuse(close_code code, std::string reason) {
    return {closing{code, std::move(reason)}};
}

std::int64_t in_ms(duration time) {
    return std::chrono::duration_cast<milliseconds>(time).count();
}

// The token of the first frame, which must be `hello`.
task<std::variant<std::string, not_established>> token_of_hello(inbox& from) {
    using result = std::variant<std::string, not_established>;
    const auto first = co_await from.take();
    if (!first)
        co_return result(not_established{*from.ended()});
    auto frame = protocol::client::parse_frame(*first);
    const auto* parsed = std::get_if<protocol::client::frame>(&frame);
    const auto* hello =
        parsed == nullptr ? nullptr : std::get_if<protocol::client::hello>(&parsed->body);
    if (hello == nullptr)
        co_return result(refuse(close_code::protocol_error, "the first frame must be hello"));
    if (!hello->token)
        co_return result(refuse(close_code::unauthorized, "hello carries no token"));
    co_return result(*hello->token);
}

task<std::variant<std::string, not_established>> find_token(const accept_request& with) {
    using result = std::variant<std::string, not_established>;
    if (with.upgrade.credential)
        co_return result(*with.upgrade.credential);
    const executor on = co_await asio::this_coro::executor;
    const time_point deadline = on.owner().now() + with.settings.handshake_timeout;
    auto found = co_await before(deadline, token_of_hello(with.from));
    if (!found)
        co_return result(refuse(close_code::handshake_timeout, "no hello came in time"));
    co_return *std::move(found);
}

task<std::variant<authenticated, not_established>> find_user(const accept_request& with) {
    using result = std::variant<authenticated, not_established>;
    if (with.upgrade.credential)
        if (auto own = with.door.recognise(*with.upgrade.credential))
            co_return result(*std::move(own));
    if (with.door.asks_for() == authenticator::policy::open)
        co_return result(authenticated{with.upgrade.user.value_or("local")});
    auto token = co_await find_token(with);
    if (auto* none = std::get_if<not_established>(&token))
        co_return result(std::move(*none));
    authentication verdict = co_await with.door.check(std::get<std::string>(std::move(token)));
    if (auto* no = std::get_if<not_authenticated>(&verdict))
        co_return result(refuse(close_code::unauthorized, std::move(no->reason)));
    co_return result(std::get<authenticated>(std::move(verdict)));
}

std::optional<std::vector<std::string>> degraded_parts(const arrival& found) {
    if (found.active_runs)
        return std::nullopt;
    return std::vector<std::string>{"storage"};
}

std::string
welcome_text(const session_settings& settings, const session_link& link, const arrival& found) {
    const protocol::server::welcome welcome{
        .connection_id = link.connection_id(),
        .user_id = link.user_id(),
        .protocol = "clarion.v1",
        .server = settings.server_version,
        .heartbeat =
            {
                .interval_ms = in_ms(settings.heartbeat_interval),
                .timeout_ms = in_ms(settings.heartbeat_timeout),
            },
        .limits =
            {
                .frame_bytes_max = static_cast<std::int64_t>(settings.frame_bytes_max),
                .message_bytes_max = static_cast<std::int64_t>(settings.message_bytes_max),
                .messages_per_minute = settings.messages_per_minute,
                .queued_runs_max = static_cast<std::int64_t>(settings.queued_runs_max),
            },
        .agents = found.agents.value_or(settings.agents),
        .active_runs = found.active_runs,
        .degraded = degraded_parts(found),
    };
    return protocol::to_frame(welcome);
}

}  // namespace

task<accepted> accept(accept_request with) {
    auto user = co_await find_user(with);
    if (auto* refused = std::get_if<not_established>(&user))
        co_return accepted(std::move(*refused));
    // What the client sent too early may have ended the session meanwhile. If it has only left,
    // what it sent before still counts.
    if (with.from.is_over())
        co_return accepted(not_established{*with.from.ended()});

    auto& who = std::get<authenticated>(user);
    with.to->owner = who.user_id;
    session_link link(with.to);
    trace::mark("accepted", link.connection_id());
    user_home& home = with.users.home_of(link.user_id());
    arrival found = co_await ask(home.where(), home.arrive(link));
    if (found.refused)
        co_return accepted(not_established{*std::move(found.refused)});
    trace::mark("registered", link.connection_id());
    // A revocation that came before the session was known at its home could not end it there.
    if (auto objection = with.door.objection_to(who)) {
        co_await ask(home.where(), home.leave(link));
        co_return accepted(refuse(close_code::unauthorized, *std::move(objection)));
    }
    link.send_text(welcome_text(with.settings, link, found));
    with.from.flow();
    co_return accepted(established(with.from, std::move(link), who.expires_ms, home));
}

}  // namespace clarion::session
