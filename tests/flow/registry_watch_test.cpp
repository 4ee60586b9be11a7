// What the server believes of its sessions, held against what is there.
#include "core/registry/registry_watch.hpp"

#include "core/session/session_list.hpp"
#include "tests/support/expect_failure.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace clarion;
using support::flow_server;

/// A server with two users, three sessions and a subscription each, and who watches over it.
struct watched {
    watched() {
        for (const char* user : {"ada", "ada", "bob"})
            server.connect(user, {R"({"type":"subscribe","thread_id":"t1"})"});
        server.settle();
    }

    void look() { server.run(watch.look()); }
    std::uint64_t reported() { return server.failures().count(failure::code::registry_corrupt); }
    executor on() { return server.world().get_executor(); }

    /// A session of nobody's: what its connection would leave behind.
    session::session_link link_of(const std::string& id, const std::string& user) {
        auto end = std::make_shared<session::link_end>(on(), id, std::size_t{1000});
        end->owner = user;
        return session::session_link(std::move(end));
    }

    flow_server server;
    registry::registry_watch watch{{{on()}, {&server.home()}, {}}, server.failures()};
};

support::expected_failure corrupt(std::string_view detail) {
    support::expected_failure expected;
    expected.how = failure::severity::critical;
    expected.of = failure::code_class::delivery;
    expected.detail = detail;
    expected.from = "core/registry/registry_watch.cpp";
    return expected;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(registry_watch)

BOOST_AUTO_TEST_CASE(a_server_whose_sessions_come_and_go_has_no_difference) {
    watched here;
    for (int round = 0; round < 5; ++round) {
        here.look();
        auto& client = here.server.connect("eve");
        client.asks("m1", "hello");
        here.server.settle();
        here.look();
        client.connection().client_vanishes();
        here.server.settle();
    }
    BOOST_TEST(here.reported() == 0U);
    BOOST_TEST(here.watch.lasting() == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_that_nobody_serves_is_reported_once_it_lasts) {
    watched here;
    const session::session_link ghost = here.link_of("c_ghost", "ada");
    std::optional<session::session_list::place> place;
    place.emplace(here.on(), ghost, "127.0.0.1");
    here.look();
    BOOST_TEST(here.reported() == 0U);
    here.look();
    support::expect_failure(
        failure::code::registry_corrupt,
        here.server.failures(),
        corrupt("in the registry, but no coroutine of theirs is alive: c_ghost; "
                "in the registry, but not at home: c_ghost; "
                "registry 4, lines 3, with live coroutines 3")
    );
    for (int round = 0; round < 5; ++round)
        here.look();
    BOOST_TEST(here.reported() == 1U);
    place.reset();
    here.look();
    BOOST_TEST(here.watch.lasting() == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_that_only_its_home_knows_is_reported) {
    watched here;
    here.server.run([](watched& in) -> task<> {
        session::session_link left = in.link_of("c_left", "bob");
        (void)co_await in.server.home().arrive(std::move(left));
    }(here));
    here.look();
    here.look();
    support::expect_failure(
        failure::code::registry_corrupt,
        here.server.failures(),
        corrupt("at home, but not in the registry: c_left; registry 3, lines 3, with live "
                "coroutines 3, sockets 0, at home 4, subscriptions 3")
    );
    here.server.run(here.server.home().leave(here.link_of("c_left", "bob")));
}

BOOST_AUTO_TEST_CASE(a_difference_that_passes_is_none) {
    watched here;
    for (int round = 0; round < 4; ++round) {
        const std::string id = "c_" + std::to_string(round);
        const session::session_link ghost = here.link_of(id, "ada");
        const session::session_list::place place(here.on(), ghost, "127.0.0.1");
        here.look();
    }
    BOOST_TEST(here.reported() == 0U);
}

BOOST_AUTO_TEST_CASE(it_looks_every_half_minute) {
    watched here;
    const session::session_link ghost = here.link_of("c_ghost", "ada");
    const session::session_list::place place(here.on(), ghost, "127.0.0.1");
    task_group group(here.on());
    group.spawn(here.watch.run());
    here.server.world().run_for(std::chrono::seconds(59));
    BOOST_TEST(here.reported() == 0U);
    here.server.world().run_for(std::chrono::seconds(2));
    BOOST_TEST(here.reported() == 1U);
    group.cancel();
    here.server.run(group.join());
}

BOOST_AUTO_TEST_SUITE_END()
