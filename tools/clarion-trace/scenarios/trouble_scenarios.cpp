// A server under pressure: slow readers, a store that refuses, tools and agents that break, an end.
#include "core/async/sleep.hpp"
#include "tools/clarion-trace/scenarios/judgement.hpp"
#include "tools/clarion-trace/scenarios/scenarios.hpp"

#include <array>
#include <memory>
#include <utility>

namespace clarion::scenarios {

namespace {

// Outbox and window are small, and one reads slowly: cut off with 4008, who comes back has it all;
// the other never waits for it.
sim::played slow_reader(sim::world& in) {
    server_options with;
    with.outbox_bytes_max = 3000;
    with.network.window_bytes = 2000;
    auto on = std::make_unique<stage>(in, std::move(with));
    manners slow;
    slow.awaits = {"m1"};
    slow.dawdle_one_in = 3;
    on->add("ada", {}).begin({{"m1", "/story 30 5"}});
    on->add("ada", std::move(slow)).begin({});
    expectations may;
    may.failures = {failure::code::slow_consumer};
    return play_out(std::move(on), may);
}

task<> send_signal(server& to, duration after) {
    co_await sleep_for(after);
    to.begin_shutdown();
}

sim::played drain(sim::world& in) {
    server_options with;
    with.drain = milliseconds(50);
    auto on = std::make_unique<stage>(in, std::move(with));
    stage& at = *on;
    manners follower;
    follower.awaits = {"m1", "m2"};
    on->add("ada", {}).begin({{"m1", "/story 15 5"}, {"m2", "/tools 2"}});
    on->add("ada", std::move(follower)).begin({});
    constexpr std::array<duration, 6> moments{
        milliseconds(20),
        milliseconds(0),
        milliseconds(1),
        milliseconds(5),
        milliseconds(60),
        milliseconds(90),
    };
    const duration when = moments[in.decisions().choose(sim::choice::script, moments.size())];
    const auto operators = std::make_shared<task_group>(in.add_shard());
    on->props.push_back(operators);
    operators->spawn(send_signal(at.at, when));
    expectations may;
    may.left_open = troubled_log::open_runs::not_begun;
    may.failures = {failure::code::drain_timeout, failure::code::straggler};
    return play_out(std::move(on), may);
}

// Commits and reads that are refused now and then: what was accepted is in the log, every run is
// sealed, and who asks again is answered.
sim::played storage_refuses(sim::world& in) {
    server_options with;
    with.storage.append_fails_one_in = 8;
    with.storage.read_fails_one_in = 12;
    auto on = std::make_unique<stage>(in, std::move(with));
    manners follower;
    follower.awaits = {"m1", "m2"};
    follower.cut_one_in = 25;
    on->add("ada", {}).begin({{"m1", "/story 5 4"}, {"m2", "/tools 2"}});
    on->add("ada", std::move(follower)).begin({});
    expectations may;
    may.failures = {
        failure::code::storage_unavailable,
        failure::code::run_unsealed,
    };
    return play_out(std::move(on), may);
}

// Tools and agents do what they may do to a run.
sim::played faulty_tools(sim::world& in) {
    server_options with;
    with.tool_trouble_one_in = 3;
    with.agent_trouble_one_in = 4;
    auto on = std::make_unique<stage>(in, std::move(with));
    constexpr std::array<const char*, 6> texts{
        "/tools 3",
        "/report this",
        "/fail",
        "/throw",
        "/calc 2^10",
        "/handoff",
    };
    const char* text = texts[in.decisions().choose(sim::choice::script, texts.size())];
    manners hasty;
    hasty.cancel_one_in = 20;
    hasty.cut_one_in = 30;
    on->add("ada", std::move(hasty)).begin({{"m1", text}, {"m2", "hello"}});
    expectations may;
    may.failures = {
        failure::code::tool_failed,
        failure::code::tool_timeout,
        failure::code::model_error,
        failure::code::internal_run,
        failure::code::invalid_event,
        failure::code::run_silent,
        failure::code::straggler,
    };
    return play_out(std::move(on), may);
}

}  // namespace

std::vector<sim::scenario> trouble_scenarios() {
    return {
        {"slow-reader", "a client that reads slowly, and one that does not wait", slow_reader},
        {"drain", "SIGTERM at some moment of two runs", drain},
        {"storage", "a store that refuses commits and reads", storage_refuses},
        {"tools", "tools and agents that break", faulty_tools},
    };
}

}  // namespace clarion::scenarios
