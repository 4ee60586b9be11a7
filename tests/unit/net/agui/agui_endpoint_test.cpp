#include "net/agui/agui_endpoint.hpp"

#include "core/async/first_of.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace {

using namespace clarion;
using namespace clarion::net::test;
using std::chrono::seconds;

task<> work_for_ever(session::connection&, session::upgrade_request&) {
    return sleep_until(time_point::never());
}

task<> work_deaf_for_a_while(session::connection&, session::upgrade_request&) {
    co_await asio::this_coro::throw_if_cancelled(false);
    wakeup nobody;
    co_await nobody.wait_quietly();
    co_await asio::this_coro::throw_if_cancelled(true);
}

/// Whether the endpoint ended by itself before it was cancelled, a second after its begin.
bool ends_by_itself(http::session_service service) {
    sim::world world;
    memory_stream stream;
    const http::stream_endpoint tested =
        agui::make_run_endpoint("/agui", 65536, std::move(service));
    http::request asked;
    asked.method = "POST";
    asked.body = R"({"threadId":"t","runId":"r","messages":[{"role":"user","content":"hi"}]})";
    session::upgrade_request who;
    return result_of(
               world,
               before(world.now() + seconds(1), tested.serve(stream, std::move(asked), who))
    )
        .has_value();
}

BOOST_AUTO_TEST_SUITE(agui_endpoint_)

BOOST_AUTO_TEST_CASE(a_cancel_of_the_connection_leaves_nothing_running) {
    BOOST_TEST(!ends_by_itself(work_for_ever));
    BOOST_TEST(!ends_by_itself(work_deaf_for_a_while));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
