// What the types themselves forbid: each line would be a bug of the earlier system, and none of
// them compiles (invariants 1 and 2 of the architecture).
#include "core/engine/bridge.hpp"
#include "core/engine/engine.hpp"
#include "core/engine/engine_factory.hpp"
#include "core/session/established.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>

namespace {

using namespace clarion;

template <class T, class... Arguments>
concept can_make = requires(Arguments... arguments) { T(arguments...); };

template <class T>
concept can_receive = requires(T& object) { object.receive(); };

template <class Factory, class Bridge>
concept can_make_engine_with = requires(
    const Factory& factory,
    engine::request_scope_ptr scope,
    Bridge bridge,
    task_group& calls
) { factory.make(scope, std::move(bridge), calls); };

}  // namespace

BOOST_AUTO_TEST_SUITE(forbidden_by_type)

BOOST_AUTO_TEST_CASE(there_is_no_bridge_but_the_one_of_a_run) {
    static_assert(!std::is_default_constructible_v<engine::bridge>);
    static_assert(!std::is_copy_constructible_v<engine::bridge>);
    static_assert(!can_make<engine::bridge, std::nullptr_t>);
    static_assert(!can_make<engine::bridge, std::shared_ptr<engine::run_journal>>);
    static_assert(std::is_final_v<engine::bridge>);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(there_is_no_engine_without_a_bridge) {
    static_assert(!std::is_default_constructible_v<engine::engine>);
    static_assert(!std::is_copy_constructible_v<engine::engine>);
    static_assert(!std::is_move_constructible_v<engine::engine>);
    static_assert(!std::is_copy_assignable_v<engine::engine>);
    static_assert(!can_make<engine::engine, engine::request_scope_ptr>);
    static_assert(can_make_engine_with<engine::engine_factory, engine::bridge>);
    static_assert(!can_make_engine_with<engine::engine_factory, std::nullptr_t>);
    static_assert(!can_make_engine_with<engine::engine_factory, engine::bridge*>);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_CASE(only_an_established_session_can_receive) {
    static_assert(can_receive<session::established>);
    static_assert(!can_receive<session::inbox>);
    static_assert(!can_receive<session::not_established>);
    static_assert(!std::is_default_constructible_v<session::established>);
    static_assert(!std::is_copy_constructible_v<session::established>);
    static_assert(!std::is_constructible_v<
                  session::established,
                  session::inbox&,
                  session::session_link,
                  session::user_home&>);
    BOOST_TEST(true);
}

BOOST_AUTO_TEST_SUITE_END()
