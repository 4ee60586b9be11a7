#include "core/agents/source_wait.hpp"

#include "core/agents/outside/tool_catalog.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "tests/support/recorded_run.hpp"
#include "tests/unit/core/agents/silent_source.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::agents;
using std::chrono::seconds;

struct fixture {
    fixture() {
        catalog.add(source, {});
        registry.use(catalog);
        dispatch_limits limits;
        limits.tool_names = {"files"};
        dispatcher.emplace(run.scope(), run.bridge(), registry, run.calls(), std::move(limits));
    }

    task<> wait() { result = co_await wait_for_sources(run.bridge(), *dispatcher); }

    support::recorded_run run;
    test::silent_source source;
    outside::tool_catalog catalog{"", {}};
    tool_registry registry;
    std::optional<tool_dispatcher> dispatcher;
    std::optional<outcome> result;
};

BOOST_FIXTURE_TEST_SUITE(source_wait, fixture)

BOOST_AUTO_TEST_CASE(nobody_waits_for_what_is_there) {
    catalog.list("files", {test::described("read")});
    run.run(wait());
    BOOST_TEST(!result.has_value());
    BOOST_TEST(run.all<protocol::progress_update>().empty());
}

BOOST_AUTO_TEST_CASE(a_source_that_stays_away_ends_the_run_by_name_within_its_time) {
    catalog.lose("files", "cannot be started: no such program");
    const time_point began = run.world().now();
    run.run(wait());
    BOOST_REQUIRE(result.has_value());
    const failed& gave_up = std::get<failed>(*result);
    const bool is_unavailable = gave_up.code == protocol::agent_error_code::model_unavailable;
    BOOST_TEST(is_unavailable);
    BOOST_TEST(gave_up.message == "the MCP server files cannot be started: no such program");
    const duration took = run.world().now() - began;
    const bool is_in_time = took >= seconds(5) && took < seconds(6);
    BOOST_TEST(is_in_time);
    // Never in silence.
    const auto told = run.all<protocol::progress_update>();
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(
        told.front().message == "waiting: the MCP server files cannot be started: no such program"
    );
}

BOOST_AUTO_TEST_CASE(a_source_that_comes_back_in_time_is_used_as_it_is_then) {
    BOOST_TEST(dispatcher->names().empty());
    run.start(wait());
    run.world().run_for(seconds(2));
    BOOST_TEST(!run.has_ended());
    catalog.list("files", {test::described("read")});
    run.finish();
    BOOST_TEST(!result.has_value());
    BOOST_TEST(dispatcher->offered().size() == 1U);
    BOOST_TEST(dispatcher->names().front() == "files.read");
}

BOOST_AUTO_TEST_CASE(a_cancel_ends_the_wait) {
    run.start(wait());
    run.world().run_for(seconds(1));
    run.cancel();
    BOOST_CHECK_THROW(run.finish(), boost::system::system_error);
    BOOST_TEST(!result.has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
