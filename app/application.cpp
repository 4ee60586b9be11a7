#include "app/application.hpp"

#include "app/admin/shard_watch.hpp"
#include "app/admin/trace_routes.hpp"
#include "app/agent_watch.hpp"
#include "app/credential_files.hpp"
#include "app/dump_signal.hpp"
#include "app/file_limit.hpp"
#include "app/home_directory.hpp"
#include "app/last_resort.hpp"
#include "app/parts.hpp"
#include "app/proof_of_life.hpp"
#include "app/readiness.hpp"
#include "app/revival.hpp"
#include "app/revoke_route.hpp"
#include "app/toolbox.hpp"
#include "app/upkeep.hpp"
#include "core/async/ask.hpp"
#include "core/async/latch.hpp"
#include "core/async/task_group.hpp"
#include "core/conversation/revoke.hpp"
#include "core/engine/engine_factory.hpp"
#include "core/failure/drop_report.hpp"
#include "core/failure/log.hpp"
#include "core/session/serve.hpp"
#include "core/trace/thread_state.hpp"
#include "net/http/gate.hpp"
#include "net/listener.hpp"
#include "net/mcp/child_process.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace clarion::app {

namespace {

// What sessions and idle HTTP connections get to say goodbye.
constexpr duration close_grace = std::chrono::seconds(3);
// What a shutdown may take beyond `limits.drain_ms` before the process leaves all the same.
constexpr duration exit_grace = std::chrono::seconds(5);

/// The server. Its members are the architecture, top-down: each may use what stands above it.
class application {
public:
    application(const settings& with, failure::logging& logging);

    /// Until a signal ends it. The calling thread becomes the first shard's.
    int run();

private:
    home_directory make_homes();
    std::unique_ptr<net::listener> make_listener(
        const std::string& address,
        net::listener_options options,
        std::shared_ptr<http::site> site
    );
    net::log_line log_line();
    net_reports reports();
    executor first() { return shards_.front()->get_executor(); }

    void watch_signals();
    void on_signal(int number);
    std::vector<credential_files::part> credential_parts();
    session::authenticator& door();
    task<conversation::revoke_outcome> revoke(std::string user_id);
    task<> start();
    void become_ready();
    task<> shut_down();
    task<> on_every_home(task<> (*work)(conversation::conversations&, duration));
    void stop_shards();
    [[noreturn]] void leave_at_once();

    settings settings_;
    failure::logger log_;
    failure::ledger failures_;
    failure::drop_report drops_;
    readiness ready_;
    shards shards_;                                    // threads
    memory_watch memory_;                              // and whether there is memory for more
    std::unique_ptr<storage::event_log> storage_;      // what is true
    toolbox tools_;                                    // what agents can do
    std::unique_ptr<ports::models> models_;            // what they can ask
    std::unique_ptr<ports::remote_agents> remote_;     // and where
    agents::agent_registry agents_;                    // who answers
    engine::engine_factory engines_;                   // the only way to an engine
    home_directory homes_;                             // each user's threads, on one shard
    agent_watch agent_watch_;                          // who can answer now
    upkeep upkeep_;                                    // what keeps their log in order
    observed observed_;                                // what an operator can look at
    shard_watch watch_;                                // and what looks after the shards
    credential_files credentials_;                     // what it is proved by
    session::revocations revoked_;                     // who may not any more
    session::open_door open_door_;                     // who may come in: everybody,
    std::unique_ptr<session::token_door> token_door_;  // or who has a token
    proof_of_life proof_;                              // and the server as its own client
    session::session_settings session_settings_;
    std::shared_ptr<http::site> site_;         // what the world can ask for
    std::unique_ptr<net::listener> listener_;  // where it asks
    std::shared_ptr<http::site> admin_site_;
    std::unique_ptr<net::listener> admin_;
    asio::signal_set signals_;
    dump_signal coroutines_asked_for_;
    latch started_;
    last_resort last_resort_{first(), log_, [this] {
                                 leave_at_once();
                             }};
    bool stopping_ = false;
    int exit_status_ = 0;
    task_group chores_{first()};
};

application::application(const settings& with, failure::logging& logging)
    : settings_(with),
      log_(logging.root()),
      failures_(log_, unix_ms),
      drops_(logging, failures_),
      shards_(make_shards(settings_.server)),
      memory_(first(), failures_, ready_, memory_of_process(settings_.limits.memory_bytes_max)),
      storage_(open_log(settings_.server, log_options(failures_, ready_))),
      tools_(settings_, shards_, log_),
      models_(make_models(settings_, shards_)),
      remote_(make_remote_agents(settings_, shards_)),
      agents_(make_agents(settings_, tools_.registry(), {*models_, *remote_})),
      engines_(agents_, tools_.registry()),
      homes_(make_homes()),
      agent_watch_(settings_, agents_.cards(), tools_.registry(), homes_, log_),
      upkeep_(settings_.limits, *storage_, homes_, failures_),
      observed_(observe(shards_, homes_, failures_, logging, *storage_, memory_)),
      watch_(observed_.shards, log_),
      credentials_(first(), log_, failures_, credential_parts()),
      token_door_(make_token_door(settings_.server, revoked_, log_)),
      proof_(door(), ready_, failures_),
      session_settings_(session_settings_of(settings_.limits, agents_)),
      signals_(shards_.front()->io(), SIGTERM, SIGINT, SIGHUP),
      coroutines_asked_for_(log_) {
    ready_.set(unready::starting);
    observed_.canary_rounds = [this] {
        return proof_.figures();
    };
    const auto serve_session =
        [this](session::connection& with_whom, session::upgrade_request& who) {
            return session::serve(
                with_whom,
                who,
                session::session_services{proof_.door(), homes_, session_settings_, failures_}
            );
        };
    site_ = std::make_shared<http::site>(main_site(settings_, ready_, serve_session, reports()));
    listener_ =
        make_listener(settings_.server.listen, listener_options_of(settings_, reports()), site_);
    if (settings_.server.admin.empty())
        return;
    std::vector<http::route> verbs = upkeep_.routes();
    verbs.push_back(make_revoke_route([this](std::string user_id) {
        return revoke(std::move(user_id));
    }));
    for (http::route& each : trace_routes(log_))
        verbs.push_back(std::move(each));
    admin_site_ =
        std::make_shared<http::site>(admin_site(ready_, observed_, std::move(verbs), log_line()));
    net::listener_options plain;
    plain.log = log_line();
    plain.failures = &failures_;
    admin_ = make_listener(settings_.server.admin, std::move(plain), admin_site_);
}

home_directory application::make_homes() {
    home_directory homes;
    for (const auto& one : shards_)
        homes.add(std::make_unique<conversation::conversations>(
            one->get_executor(),
            *storage_,
            engines_,
            agents_,
            failures_,
            conversations_settings_of(settings_.limits, memory_.budget())
        ));
    return homes;
}

std::unique_ptr<net::listener> application::make_listener(
    const std::string& address,
    net::listener_options options,
    std::shared_ptr<http::site> site
) {
    const auto make_gate = [site =
                                std::move(site)](shard&) -> std::unique_ptr<net::stream_service> {
        return std::make_unique<http::gate>(site);
    };
    return std::make_unique<net::listener>(
        address_of(address),
        pointers_to(shards_),
        std::move(options),
        make_gate
    );
}

net::log_line application::log_line() {
    return [log = log_](std::string_view line) {
        log.warning(line);
    };
}

int application::run() {
    watch_signals();
    asio::co_spawn(first(), start(), [this](const std::exception_ptr& failure) {
        started_.open();
        if (!failure)
            return;
        exit_status_ = 1;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            std::cerr << "clarion: " << error.what() << '\n';
        }
        on_signal(SIGTERM);
    });
    std::vector<std::jthread> threads;
    for (std::size_t index = 1; index < shards_.size(); ++index)
        threads.emplace_back([&one = *shards_[index]] {
            trace::name_this_thread("shard");
            one.run();
        });
    trace::name_this_thread("first shard");
    shards_.front()->run();
    return exit_status_;
}

void application::watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int number) {
        if (error)
            return;
        on_signal(number);
        watch_signals();
    });
}

void application::on_signal(int number) {
    if (number == SIGHUP && stopping_)
        return;  // whoever renews a file does not ask for a faster end
    if (number == SIGHUP && !credentials_.empty())
        return credentials_.read_again();
    if (std::exchange(stopping_, true))
        return leave_at_once();
    last_resort_.arm(milliseconds(settings_.limits.drain_ms) + exit_grace);
    asio::co_spawn(first(), shut_down(), [this](const std::exception_ptr&) { stop_shards(); });
}

std::vector<credential_files::part> application::credential_parts() {
    const server_settings& with = settings_.server;
    const auto part = [](std::string name, std::vector<std::string> paths, auto put_in_force) {
        const auto read = [put_in_force]() -> std::optional<std::string> {
            try {
                put_in_force();
            } catch (const std::exception& error) {
                return error.what();
            }
            return std::nullopt;
        };
        return credential_files::part{std::move(name), std::move(paths), read};
    };
    std::vector<credential_files::part> parts;
    if (!with.tls_cert.empty())
        parts.push_back(part("the certificate", {with.tls_cert, with.tls_key}, [this] {
            listener_->use_tls(listener_options_of(settings_, reports()).tls);
        }));
    if (!with.jwt_secret_file.empty())
        parts.push_back(part("the secret", {with.jwt_secret_file}, [this] {
            token_door_->use(read_secret(settings_.server));
        }));
    if (!with.jwks.empty())
        parts.push_back(part("the key set", {with.jwks}, [this] {
            token_door_->use(read_keys(settings_.server, log_));
        }));
    return parts;
}

session::authenticator& application::door() {
    if (token_door_)
        return *token_door_;
    return open_door_;
}

task<conversation::revoke_outcome> application::revoke(std::string user_id) {
    conversation::conversations& home = homes_.conversations_of(user_id);
    const conversation::revoke_request with{std::move(user_id), home, revoked_, *storage_};
    co_return co_await conversation::revoke(with);
}

task<> application::start() {
    // Runs that go on from where they were have need of them.
    co_await tools_.start();
    co_await revive_threads(*storage_, homes_, settings_.server.data);
    co_await recall_revocations(*storage_, revoked_, settings_.server.data);
    listener_->start();
    if (admin_)
        admin_->start();
    credentials_.watch();
    chores_.spawn(upkeep_.run());
    co_await agent_watch_.look();
    chores_.spawn(agent_watch_.run());
    log_.info(start_line(settings_, shards_.size()));
    proof_.begin(chores_, *listener_, observed_, [this] { become_ready(); });
}

net_reports application::reports() {
    const auto is_own = [this](std::string_view credential) {
        return proof_.is_own(credential);
    };
    return {log_line(), &failures_, &memory_.budget(), is_own, objections_of(door())};
}

// Behind the first green round of the canary.
void application::become_ready() {
    ready_.clear(unready::starting);
    if (settings_.server.data == ":memory:")
        log_.warning("the log is kept in memory: everything is lost when the server stops");
    std::cout << "clarion ready listen=" << listener_->address()
              << " admin=" << (admin_ ? admin_->address() : "off")
              << " data=" << settings_.server.data << std::endl;
}

task<> application::on_every_home(task<> (*work)(conversation::conversations&, duration)) {
    const duration grace = milliseconds(settings_.limits.drain_ms);
    task_group group(first());
    for (const auto& home : homes_.all())
        group.spawn(ask(home->where(), work(*home, grace)));
    co_await group.join();
}

task<> application::shut_down() {
    using conversation::conversations;
    ready_.set(unready::draining);
    co_await started_.wait();
    log_.info("shutting down");
    credentials_.stop();
    upkeep_.stop();
    chores_.cancel();
    site_->drain();
    co_await on_every_home([](conversations& home, duration grace) { return home.drain(grace); });
    task_group farewells(first());
    farewells.spawn(tools_.stop());
    co_await on_every_home([](conversations& home, duration) { return home.close_sessions(); });
    co_await listener_->close(close_grace);
    if (admin_)
        co_await admin_->close(close_grace);
    co_await chores_.join();
    co_await on_every_home([](conversations& home, duration) { return home.join(); });
    co_await farewells.join();
}

void application::stop_shards() {
    last_resort_.disarm();
    for (const auto& one : shards_)
        one->stop();
}

void application::leave_at_once() {
    failures_.report(failure::code::drain_timeout, {}, "the process leaves without waiting");
    mcp::child_process::kill_all();
    std::_Exit(exit_status_);
}

}  // namespace

int serve(const settings& with) {
    // A write that cannot be is an error where it is made, and not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    failure::logging logging(log_settings_of(with.server), unix_ms);
    const std::uint64_t files_max = raise_file_limit();
    application server(with, logging);
    if (const auto warning = too_few_files(files_max, with.limits))
        logging.root().warning(*warning);
    return server.run();
}

}  // namespace clarion::app
