// Threads and their runs, seen by one or more who come and go.
#include "tools/clarion-trace/scenarios/judgement.hpp"
#include "tools/clarion-trace/scenarios/scenarios.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace clarion::scenarios {

namespace {

// One streams, the other comes at some moment of it and follows: replay and live join without gap
// or duplicate.
sim::played replay_to_live(sim::world& in) {
    auto on = std::make_unique<stage>(in, server_options{});
    manners follower;
    follower.awaits = {"m1"};
    follower.cut_one_in = 12;
    constexpr std::array<duration, 5> moments{
        milliseconds(1),
        milliseconds(0),
        milliseconds(15),
        milliseconds(60),
        milliseconds(2000),
    };
    follower.arrives_after = moments[in.decisions().choose(sim::choice::script, moments.size())];
    on->add("ada", {}).begin({{"m1", "/story 12 5"}});
    on->add("ada", std::move(follower)).begin({});
    return play_out(std::move(on), {});
}

sim::played two_tabs(sim::world& in) {
    auto on = std::make_unique<stage>(in, server_options{});
    manners first;
    first.awaits = {"m2", "m3"};
    manners second;
    second.awaits = {"m1"};
    second.cut_one_in = 20;
    on->add("ada", std::move(first)).begin({{"m1", "/tools 3"}});
    on->add("ada", std::move(second)).begin({{"m2", "/story 4 2"}, {"m3", "/think 2"}});
    // Who has nothing to do with it.
    on->add("bob", {}).begin({{"m1", "/calc 1+1"}});
    return play_out(std::move(on), {});
}

// A cancel at every moment of a run: taken, and the run ends so; or too late, and it has ended.
sim::played cancel(sim::world& in) {
    auto on = std::make_unique<stage>(in, server_options{});
    manners hasty;
    hasty.cancel_one_in = 4;
    manners onlooker;
    onlooker.awaits = {"m1"};
    const bool uses_tools = in.decisions().choose(sim::choice::script, 2) != 0;
    on->add("ada", std::move(hasty)).begin({{"m1", uses_tools ? "/tools 4" : "/story 4 3"}});
    on->add("ada", std::move(onlooker)).begin({});
    return play_out(std::move(on), {});
}

// A message that ends the run before it, once or twice, with one in the queue.
sim::played interrupt(sim::world& in) {
    auto on = std::make_unique<stage>(in, server_options{});
    const auto any = [&in] {
        constexpr std::array<const char*, 3> ways{"interrupt", "rollback", "enqueue"};
        return std::string(ways[in.decisions().choose(sim::choice::script, ways.size())]);
    };
    manners first;
    first.awaits = {"m3"};
    manners second;
    second.awaits = {"m1", "m2"};
    second.arrives_after = milliseconds(4);
    std::vector<errand> earlier{{"m1", "/story 20 2"}, {"m2", "/think 2", any()}};
    std::vector<errand> later{{"m3", "/story 3 2", any()}};
    on->add("ada", std::move(first)).begin(std::move(earlier));
    on->add("ada", std::move(second)).begin(std::move(later));
    return play_out(std::move(on), {});
}

// The connection ends behind any frame, from either side or in the network.
sim::played disconnect(sim::world& in) {
    server_options with;
    with.network.reset_one_in = 12;
    auto on = std::make_unique<stage>(in, std::move(with));
    manners unlucky;
    unlucky.cut_one_in = 6;
    manners follower = unlucky;
    follower.awaits = {"m1"};
    on->add("ada", std::move(unlucky)).begin({{"m1", "/report all of it"}});
    on->add("ada", std::move(follower)).begin({});
    expectations may;
    may.failures = {failure::code::handshake_timeout, failure::code::protocol_violation};
    return play_out(std::move(on), may);
}

}  // namespace

std::vector<sim::scenario> thread_scenarios() {
    return {
        {"replay", "a subscription with a cursor while a run streams", replay_to_live},
        {"two-tabs", "two tabs of one user at one thread, and another user", two_tabs},
        {"cancel", "a cancel against the end of its run", cancel},
        {"interrupt", "messages that end the run before them", interrupt},
        {"disconnect", "the connection ends at any await", disconnect},
    };
}

}  // namespace clarion::scenarios
