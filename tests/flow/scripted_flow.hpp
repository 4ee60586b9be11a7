#pragma once

#include "core/failure/logger.hpp"
#include "tests/support/flow_server.hpp"

#include <memory>
#include <string>
#include <utility>

// What flow tests of runs begin with: an agent that is played by the test, and ada, who asks it.
namespace clarion::flow_test {

using support::flow_client;
using support::flow_server;
using support::scripted_agent;

/// A server with the agent `scripted`, which does this.
inline flow_server::options with_script(scripted_agent::script script) {
    flow_server::options with;
    with.extra_agent = std::make_unique<scripted_agent>(std::move(script));
    return with;
}

/// Ada has sent message `m1` for it in thread `t1`.
inline flow_client& ask_scripted(flow_server& server) {
    flow_client& ada = server.connect("ada");
    ada.sends(
        R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"scripted"})"
    );
    return ada;
}

/// The run of the only message of ada's that was accepted.
inline failure::context run_of(const flow_client& client) {
    return {{}, "ada", "t1", std::string(client.only("accepted").at("run_id").as_string())};
}

}  // namespace clarion::flow_test
