#include "app/proof_of_life.hpp"

#include "app/canary_dial.hpp"
#include "core/metrics/counters.hpp"

#include <string>
#include <utility>

namespace clarion::app {

proof_of_life::proof_of_life(
    session::authenticator& configured,
    readiness& ready,
    failure::ledger& failures
)
    : ready_(ready),
      failures_(failures),
      door_(configured, pass_),
      canary_(
          [this](std::string credential) { return dial_canary(*through_, std::move(credential)); },
          pass_,
          failures
      ) {
    canary_.on_green = [this] {
        turn_green();
    };
    canary_.on_red = [this](const std::string& why) {
        turn_red(why);
    };
}

void proof_of_life::begin(
    task_group& in,
    const net::listener& through,
    const observed& server,
    std::function<void()> first_green
) {
    through_ = &through;
    first_green_ = std::move(first_green);
    registry::watched_server watched;
    watched.shards = server.shards;
    watched.homes = server.homes;
    watched.sockets = [](const executor& on) {
        return metrics::counters_of(on).connections_open;
    };
    registry_.emplace(std::move(watched), failures_);
    in.spawn(canary_.run());
    in.spawn(registry_->run());
}

void proof_of_life::turn_green() {
    ready_.clear(unready::canary);
    if (const auto first = std::exchange(first_green_, nullptr))
        first();
}

void proof_of_life::turn_red(const std::string& why) {
    ready_.set(unready::canary, why);
}

}  // namespace clarion::app
