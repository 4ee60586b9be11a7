#include "core/session/token_refresh.hpp"

#include "core/protocol/server_frames.hpp"

#include <utility>

namespace clarion::session {

namespace {

namespace server = protocol::server;
using metrics::refresh_outcome;
using server::error_code;

constexpr duration minute = std::chrono::minutes(1);

}  // namespace

task<> token_refresh::answer(std::string token, std::optional<std::string> id) {
    const executor on = co_await asio::this_coro::executor;
    auto& outcomes = metrics::counters_of(on).token_refreshes;
    const verdict judged = co_await judge(std::move(token));
    if (const auto* refused = std::get_if<bad>(&judged)) {
        outcomes.add(refused->outcome);
        session_.link().send_text(protocol::to_frame(refused->error, id));
        co_return;
    }
    // The check may have taken longer than the old token had to live.
    if (!life_.goes_on()) {
        outcomes.add(refresh_outcome::too_late);
        co_return;
    }
    outcomes.add(refresh_outcome::refreshed);
    const std::int64_t expires_ms = std::get<good>(judged).expires_ms;
    // First the answer: a new token that is near its end is announced behind it.
    session_.link().send_text(protocol::to_frame(server::refreshed{expires_ms}, id));
    life_.renew(expires_ms);
}

task<token_refresh::verdict> token_refresh::judge(std::string token) {
    const executor on = co_await asio::this_coro::executor;
    if (door_.asks_for() == authenticator::policy::open)
        co_return verdict(
            refuse(error_code::unauthorized, "authentication is off: there is no token to refresh")
        );
    if (auto often = too_often(on))
        co_return verdict(*std::move(often));
    authentication found = co_await door_.check(std::move(token));
    if (auto* no = std::get_if<not_authenticated>(&found)) {
        report(no->reason);
        co_return verdict(refuse(error_code::unauthorized, std::move(no->reason)));
    }
    const auto& who = std::get<authenticated>(found);
    if (who.user_id != session_.user_id()) {
        report("a session of one user was shown a token of another");
        co_return verdict(refuse(error_code::forbidden, "the token is another user's"));
    }
    if (!who.expires_ms)
        co_return verdict(refuse(error_code::unauthorized, "the token never ends"));
    co_return verdict(good{*who.expires_ms});
}

std::optional<token_refresh::bad> token_refresh::too_often(const executor& on) {
    const time_point now = on.owner().now();
    if (!minute_began_ || now - *minute_began_ >= minute) {
        minute_began_ = now;
        in_this_minute_ = 0;
    }
    if (in_this_minute_ < refreshes_per_minute_max) {
        ++in_this_minute_;
        return std::nullopt;
    }
    const duration left = *minute_began_ + minute - now;
    bad often = refuse(error_code::rate_limited, "too many refreshes within a minute");
    often.error.retry_after_ms = std::chrono::ceil<milliseconds>(left).count();
    return often;
}

token_refresh::bad token_refresh::refuse(error_code code, std::string why) const {
    bad refused;
    if (code == error_code::forbidden)
        refused.outcome = refresh_outcome::forbidden;
    else if (code == error_code::rate_limited)
        refused.outcome = refresh_outcome::rate_limited;
    refused.error.code = code;
    refused.error.message = std::move(why);
    refused.error.retryable = server::is_retryable(code);
    return refused;
}

void token_refresh::report(const std::string& why) const {
    failure::concern touched;
    touched.about.connection_id = session_.link().connection_id();
    touched.about.user_id = session_.user_id();
    failures_.report(failure::code::unauthorized, touched, "refresh: " + why);
}

}  // namespace clarion::session
