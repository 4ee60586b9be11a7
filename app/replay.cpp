#include "app/replay.hpp"

#include "app/parts.hpp"
#include "app/readiness.hpp"
#include "core/async/shard.hpp"
#include "core/failure/log.hpp"
#include "core/replay/replay_home.hpp"
#include "core/session/serve.hpp"
#include "core/storage/sqlite/log_walk.hpp"
#include "net/http/gate.hpp"
#include "net/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::app {

namespace {

using storage::sqlite::log_walk;

// What sessions and idle HTTP connections get to say goodbye.
constexpr duration close_grace = std::chrono::seconds(3);

template <class Value>
Value or_throw(std::variant<Value, std::string> found) {
    if (auto* failure = std::get_if<std::string>(&found))
        throw std::runtime_error(std::move(*failure));
    return std::get<Value>(std::move(found));
}

// Nobody answers, and the welcome says so.
session::session_settings session_settings_for_viewers(const settings& with) {
    const settings plain;
    const agents::tool_registry tools;
    const auto models = make_models(plain, {});
    const auto remote = make_remote_agents(plain, {});
    session::session_settings made =
        session_settings_of(with.limits, make_agents(plain, tools, {*models, *remote}));
    protocol::server::agent_card nobody;
    nobody.name = "recording";
    nobody.description = "A stored thread, played again";
    nobody.is_default = true;
    nobody.available = false;
    nobody.reason = "a recording can be watched only";
    made.agents = {nobody};
    return made;
}

/// A server without agents, on one shard. Its members top-down: each may use what stands above it.
class player {
public:
    player(
        const settings& with,
        const replay::recording_choice& what,
        replay::pace how,
        failure::logger log
    );

    /// Until a signal ends it.
    void run();

private:
    replay::recording find_recording(const replay::recording_choice& what);
    http::session_service sessions();
    session::authenticator& door();
    net_reports reports();
    void print_ready_line() const;
    void watch_signals();
    task<> shut_down();

    settings settings_;
    failure::logger log_;
    failure::ledger failures_;
    readiness ready_;
    shard shard_{0};
    session::revocations revoked_;                     // who may not any more
    replay::recording recording_;                      // what is shown
    replay::replay_home home_;                         // to whom, and how far
    session::open_door open_door_;                     // who may come in: everybody,
    std::unique_ptr<session::token_door> token_door_;  // or who has a token
    session::session_settings session_settings_;
    std::shared_ptr<http::site> site_;
    std::unique_ptr<net::listener> listener_;
    asio::signal_set signals_;
    bool stopping_ = false;
};

player::player(
    const settings& with,
    const replay::recording_choice& what,
    replay::pace how,
    failure::logger log
)
    : settings_(with),
      log_(std::move(log)),
      failures_(log_, unix_ms),
      recording_(find_recording(what)),
      home_(shard_.get_executor(), recording_, how, failures_),
      token_door_(make_token_door(settings_.server, revoked_, log_)),
      session_settings_(session_settings_for_viewers(settings_)),
      site_(std::make_shared<http::site>(main_site(settings_, ready_, sessions(), reports()))),
      signals_(shard_.io(), SIGTERM, SIGINT, SIGHUP) {
    const auto make_gate = [site = site_](shard&) -> std::unique_ptr<net::stream_service> {
        return std::make_unique<http::gate>(site);
    };
    listener_ = std::make_unique<net::listener>(
        address_of(settings_.server.listen),
        std::vector{&shard_},
        listener_options_of(settings_, reports()),
        make_gate
    );
}

replay::recording player::find_recording(const replay::recording_choice& what) {
    auto log = or_throw(log_walk::open(settings_.server.data));
    for (const storage::revocation& one : log->revocations())
        revoked_.add(one.user_id, one.revoked_ms);
    return or_throw(replay::recording::find(std::move(log), what));
}

http::session_service player::sessions() {
    return [this](session::connection& with_whom, session::upgrade_request& who) {
        // Who does not say who they are has come to watch.
        if (!who.user)
            who.user = recording_.key().user_id;
        return session::serve(
            with_whom,
            who,
            session::session_services{door(), home_, session_settings_, failures_}
        );
    };
}

session::authenticator& player::door() {
    if (token_door_)
        return *token_door_;
    return open_door_;
}

net_reports player::reports() {
    const auto line = [log = log_](std::string_view text) {
        log.warning(text);
    };
    return {line, &failures_};
}

void player::run() {
    watch_signals();
    listener_->start();
    print_ready_line();
    shard_.run();
}

void player::print_ready_line() const {
    const std::string at = listener_->address();
    const std::string scheme = settings_.server.tls_cert.empty() ? "http" : "https";
    const protocol::thread_key& key = recording_.key();
    log_.info(
        "plays events " + std::to_string(recording_.first_seq()) + " to " +
        std::to_string(recording_.last_seq()) + " of thread " + key.thread_id + " of user " +
        key.user_id + ": open " + scheme + "://" + at + "/#thread=" + key.thread_id
    );
    std::cout << "clarion ready listen=" << at << " admin=off data=" << settings_.server.data
              << std::endl;
}

void player::watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error)
            return;
        if (std::exchange(stopping_, true))
            std::_Exit(0);
        watch_signals();
        asio::co_spawn(shard_.get_executor(), shut_down(), [this](const std::exception_ptr&) {
            shard_.stop();
        });
    });
}

task<> player::shut_down() {
    log_.info("shutting down");
    site_->drain();
    home_.close_sessions();
    co_await listener_->close(close_grace);
    co_await home_.join();
}

}  // namespace

int replay_thread(const settings& with, const replay::recording_choice& what, replay::pace how) {
    std::signal(SIGPIPE, SIG_IGN);
    const failure::logging logging(log_settings_of(with.server), unix_ms);
    player(with, what, how, logging.root()).run();
    return 0;
}

}  // namespace clarion::app
