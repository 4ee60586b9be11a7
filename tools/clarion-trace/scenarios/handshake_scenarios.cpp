// From the first byte of an upgrade to the first message.
#include "core/session/token_door.hpp"
#include "tools/clarion-trace/scenarios/judgement.hpp"
#include "tools/clarion-trace/scenarios/scenarios.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace clarion::scenarios {

namespace {

// Upgrade, subscription, message and pings in one segment: none may be handled before `welcome`,
// none may be lost, and the answers come in order.
sim::played pipelined_frames(sim::world& in) {
    auto on = std::make_unique<stage>(in, server_options{});
    manners eager;
    eager.begins = opening::at_once;
    on->add("ada", eager).begin({{"m1", "/help"}});
    return play_out(std::move(on), {});
}

// Two tabs of one user come at the same time, and one message is on its way while the other is
// still being registered.
sim::played registration(sim::world& in) {
    auto on = std::make_unique<stage>(in, server_options{});
    manners first;
    const bool is_quick = in.decisions().choose(sim::choice::script, 2) != 0;
    first.begins = is_quick ? opening::soon : opening::later;
    manners second;
    second.awaits = {"m1"};
    on->add("ada", first).begin({{"m1", "hello"}});
    on->add("ada", second).begin({{"m2", "/calc 6*7"}});
    return play_out(std::move(on), {});
}

session::secret_ptr secret() {
    return std::make_shared<const session::token_secret>(std::string(32, 's'));
}

/// A door that asks for tokens, and who issues them.
struct gatehouse {
    std::string token(const sim::world& in, std::string user, std::chrono::seconds lives) const {
        session::token_order order;
        order.user_id = std::move(user);
        order.now_ms = in.wall_ms();
        order.lives = lives;
        return session::make_token(order, *issuer);
    }

    session::secret_ptr issuer = secret();
    session::revocations revoked;
    session::token_door door{{secret(), nullptr}, {}, revoked};
};

// A token in the upgrade or in `hello`; what comes behind the hello is held while it is checked.
sim::played hello(sim::world& in) {
    const auto house = std::make_shared<gatehouse>();
    server_options with;
    with.door = &house->door;
    auto on = std::make_unique<stage>(in, std::move(with));
    on->props.push_back(house);
    manners how;
    how.token = [house, &in] {
        return house->token(in, "ada", std::chrono::hours(1));
    };
    on->add("ada", std::move(how)).begin({{"m1", "/help"}});
    return play_out(std::move(on), {});
}

// A token ends in the middle of a run, is renewed or not; nothing of the run is lost by it.
sim::played token_expiry(sim::world& in) {
    const auto house = std::make_shared<gatehouse>();
    server_options with;
    with.door = &house->door;
    auto on = std::make_unique<stage>(in, std::move(with));
    on->props.push_back(house);
    manners how;
    how.begins = opening::waits;
    how.token = [house, &in] {
        return house->token(in, "ada", std::chrono::seconds(64));
    };
    on->add("ada", std::move(how)).begin({{"m1", "/story 30 3000"}});
    return play_out(std::move(on), {});
}

}  // namespace

std::vector<sim::scenario> handshake_scenarios() {
    return {
        {"handshake", "frames in one segment with the upgrade", pipelined_frames},
        {"registration", "a second tab while the first one's message is on its way", registration},
        {"hello", "frames behind a hello whose token is being checked", hello},
        {"token-expiry", "a token ends in the middle of a run", token_expiry},
    };
}

}  // namespace clarion::scenarios
