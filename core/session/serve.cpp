#include "core/session/serve.hpp"

#include "core/async/ask.hpp"
#include "core/metrics/counters.hpp"
#include "core/session/heartbeat.hpp"
#include "core/session/line.hpp"
#include "core/session/process.hpp"
#include "core/session/session_list.hpp"
#include "core/session/token_life.hpp"
#include "core/session/token_refresh.hpp"

#include <exception>
#include <optional>
#include <utility>

namespace clarion::session {

namespace {

// The session's boundary: one of the four places where exceptions are caught.
task<session_end>
guarded(task<session_end> part, failure::ledger& failures, const failure::concern& touched) {
    try {
        co_return co_await std::move(part);
    } catch (const std::exception& error) {
        failures.report(failure::code::internal_session, touched, error.what());
        co_return session_end(closing{protocol::close_code::internal_error, "internal error"});
    }
}

metrics::session_ending ending_of(const session_end& end) {
    const auto* said = std::get_if<closing>(&end);
    return said == nullptr ? metrics::session_ending::vanished : metrics::ending_of(said->code);
}

metrics::handshake_outcome outcome_of(const accepted& verdict) {
    using outcome = metrics::handshake_outcome;
    const auto* failed = std::get_if<not_established>(&verdict);
    if (failed == nullptr)
        return outcome::established;
    return std::holds_alternative<vanished>(failed->why) ? outcome::vanished : outcome::refused;
}

// What a goodbye means for whoever operates the server; nothing for the ordinary ones.
std::optional<failure::code> failure_of(const session_end& end) {
    const auto* said = std::get_if<closing>(&end);
    if (said == nullptr || said->failed)
        return said == nullptr ? std::nullopt : said->failed;
    switch (said->code) {
        case protocol::close_code::slow_consumer:
            return failure::code::slow_consumer;
        case protocol::close_code::no_pong:
            return failure::code::no_pong;
        case protocol::close_code::too_many_connections:
            return failure::code::too_many_connections;
        case protocol::close_code::leak_guard:
            return failure::code::leak_blocked;
        case protocol::close_code::unauthorized:
            return failure::code::unauthorized;
        case protocol::close_code::handshake_timeout:
            return failure::code::handshake_timeout;
        case protocol::close_code::protocol_error:
            return failure::code::protocol_violation;
        default:
            return std::nullopt;
    }
}

void report(const session_end& end, const failure::concern& touched, failure::ledger& failures) {
    if (const auto what = failure_of(end)) {
        const auto& said = std::get<closing>(end);
        failures.report(*what, touched, said.detail.empty() ? said.reason : said.detail);
    }
}

// A session's lines in the log and its places in counters and lists, as long as it is established.
class standing {
public:
    standing(
        const executor& on,
        const established& session,
        std::string remote,
        failure::logger log
    )
        : counters_(metrics::counters_of(on)),
          listed_(on, session.link(), remote),
          log_(log.with_connection(session.link().connection_id()).with_user(session.user_id())) {
        ++counters_.sessions_open;
        log_.info("the session begins, from " + remote);
    }
    standing(const standing&) = delete;
    standing& operator=(const standing&) = delete;
    ~standing() { --counters_.sessions_open; }

    void ends(const session_end& how) const {
        if (const auto* said = std::get_if<closing>(&how))
            log_.info("the session ends with " + std::to_string(static_cast<int>(said->code)));
        else
            log_.info("the session ends without a close frame");
    }

private:
    metrics::counters& counters_;
    session_list::place listed_;
    failure::logger log_;
};

task<session_end>
live(established session, line& wire, std::string remote, session_services services) {
    const executor on = co_await asio::this_coro::executor;
    const standing known(on, session, std::move(remote), services.failures.log());
    const heartbeat alive(on, wire, services.settings);
    token_life life(on, session.link(), session.who().expires_ms);
    failure::concern touched;
    touched.about.connection_id = session.link().connection_id();
    touched.about.user_id = session.user_id();
    token_refresh renewal(session, services.door, life, services.failures);
    task<session_end> work = process(session, services.settings, renewal);
    session_end end = co_await guarded(std::move(work), services.failures, touched);
    co_await ask(session.home().where(), session.home().leave(session.link()));
    report(end, touched, services.failures);
    known.ends(end);
    co_return end;
}

task<session_end> shake_hands_and_live(accept_request with, line& wire, session_services services) {
    const executor on = co_await asio::this_coro::executor;
    accepted verdict = co_await accept(with);
    metrics::counters_of(on).handshakes.add(outcome_of(verdict));
    if (auto* refused = std::get_if<not_established>(&verdict)) {
        failure::concern touched;
        touched.about.connection_id = with.connection_id;
        report(refused->why, touched, services.failures);
        co_return std::move(refused->why);
    }
    co_return co_await live(
        std::get<established>(std::move(verdict)),
        wire,
        with.upgrade.remote_address,
        services
    );
}

}  // namespace

task<> serve(connection& with, upgrade_request upgrade, session_services services) {
    const executor on = co_await asio::this_coro::executor;
    services.failures.log().debug("a connection comes in from " + upgrade.remote_address);
    line wire(on, with, services.settings.outbox_bytes_max);
    const std::string connection_id = on.owner().random().id("c_");
    const accept_request handshake{
        upgrade,
        wire.in(),
        wire.out(),
        services.door,
        services.users,
        services.settings,
        connection_id,
    };
    failure::concern touched;
    touched.about.connection_id = connection_id;
    task<session_end> whole = shake_hands_and_live(handshake, wire, services);
    session_end end = co_await guarded(std::move(whole), services.failures, touched);
    metrics::counters_of(on).session_ends.add(ending_of(end));
    co_await wire.finish(std::move(end), services.settings.linger);
    services.failures.log().debug("a connection has ended, from " + upgrade.remote_address);
}

}  // namespace clarion::session
