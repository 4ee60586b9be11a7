#include "core/session/serve.hpp"

#include "core/async/ask.hpp"
#include "core/metrics/own_counters.hpp"
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
session_end
broken_by(const std::exception& error, failure::ledger& failures, const failure::concern& touched) {
    failures.report(failure::code::internal_session, touched, error.what());
    return closing{protocol::close_code::internal_error, "internal error"};
}

failure::concern concern_of(const link_end& end) {
    failure::concern touched;
    touched.about.connection_id = end.connection_id;
    touched.about.user_id = end.owner;
    return touched;
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
// What an idle session costs in memory is decided here and in `serve`: what the lines need is
// gathered when they are written.
class standing {
public:
    standing(
        const executor& on,
        const established& session,
        const std::string& remote,
        const failure::ledger& failures
    )
        : counters_(metrics::counters_of(on, session.user_id())),
          listed_(on, session.link(), remote),
          failures_(failures) {
        ++counters_.sessions_open;
        tell(session, "the session begins, from " + remote);
    }
    standing(const standing&) = delete;
    standing& operator=(const standing&) = delete;
    ~standing() { --counters_.sessions_open; }

    void ends(const established& session, const session_end& how) const {
        if (const auto* said = std::get_if<closing>(&how))
            tell(session, "the session ends with " + std::to_string(static_cast<int>(said->code)));
        else
            tell(session, "the session ends without a close frame");
    }

private:
    // The server's own sessions come and go all day.
    void tell(const established& session, std::string_view line) const {
        const bool is_own = protocol::is_own_name(session.user_id());
        failures_.log()
            .with_connection(session.link().connection_id())
            .with_user(session.user_id())
            .write(is_own ? failure::severity::debug : failure::severity::info, line);
    }

    metrics::counters& counters_;
    session_list::place listed_;
    const failure::ledger& failures_;
};

task<session_end>
live(established session, line& wire, const std::string& remote, session_services services) {
    const executor on = co_await asio::this_coro::executor;
    const standing known(on, session, remote, services.failures);
    const heartbeat alive(on, wire, services.settings);
    token_life life(on, session.link(), session.expires_ms());
    token_refresh renewal(session, services.door, life, services.failures);
    session_end end = vanished{};
    try {
        end = co_await process(session, services.settings, renewal);
    } catch (const std::exception& error) {
        end = broken_by(error, services.failures, concern_of(*wire.out()));
    }
    co_await ask(session.home().where(), session.home().leave(session.link()));
    report(end, concern_of(*wire.out()), services.failures);
    known.ends(session, end);
    co_return end;
}

// Its own coroutine, so that nothing of the handshake is kept while the session lives.
task<accepted> shake_hands(upgrade_request& upgrade, line& wire, session_services services) {
    const executor on = co_await asio::this_coro::executor;
    const accept_request with{
        upgrade,
        wire.in(),
        wire.out(),
        services.door,
        services.users,
        services.settings,
    };
    accepted verdict = co_await accept(with);
    metrics::counters_of(on, wire.out()->owner).handshakes.add(outcome_of(verdict));
    if (const auto* refused = std::get_if<not_established>(&verdict)) {
        failure::concern touched;
        touched.about.connection_id = wire.out()->connection_id;
        report(refused->why, touched, services.failures);
    }
    upgrade.credential.reset();
    upgrade.place_before_session.reset();
    co_return verdict;
}

task<session_end>
shake_hands_and_live(upgrade_request& upgrade, line& wire, session_services services) {
    accepted verdict = co_await shake_hands(upgrade, wire, services);
    if (auto* refused = std::get_if<not_established>(&verdict))
        co_return std::move(refused->why);
    auto& session = std::get<established>(verdict);
    co_return co_await live(std::move(session), wire, upgrade.remote_address, services);
}

}  // namespace

task<> serve(connection& with, upgrade_request& upgrade, session_services services) {
    const executor on = co_await asio::this_coro::executor;
    services.failures.log().debug("a connection comes in from " + upgrade.remote_address);
    line wire(on, with, services.settings.outbox_bytes_max, services.failures);
    session_end end = vanished{};
    try {
        end = co_await shake_hands_and_live(upgrade, wire, services);
    } catch (const std::exception& error) {
        failure::concern touched;
        touched.about.connection_id = wire.out()->connection_id;
        end = broken_by(error, services.failures, touched);
    }
    upgrade.place_before_session.reset();
    metrics::counters_of(on, wire.out()->owner).session_ends.add(ending_of(end));
    co_await wire.finish(std::move(end), services.settings.linger);
    services.failures.log().debug("a connection has ended, from " + upgrade.remote_address);
}

}  // namespace clarion::session
