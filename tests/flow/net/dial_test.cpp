#include "net/dial.hpp"

#include "core/async/first_of.hpp"
#include "core/async/shard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <dlfcn.h>
#include <netdb.h>

namespace {

// Names under this one are asked of a name server that says nothing before the test lets it.
constexpr std::string_view silent_host = "silent.test";

std::promise<void>& release() {
    static std::promise<void> made;
    return made;
}

std::shared_future<void>& is_released() {
    static std::shared_future<void> made = release().get_future().share();
    return made;
}

std::atomic<bool> was_waited_for = false;

}  // namespace

// Stands before the C library's own in this program.
extern "C" int
getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    if (node != nullptr && std::string_view(node) == silent_host) {
        if (is_released().wait_for(std::chrono::seconds(10)) != std::future_status::ready)
            was_waited_for = true;
        return EAI_AGAIN;
    }
    using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto next = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return next(node, service, hints, found);
}

namespace {

using namespace clarion;
using namespace clarion::net;
using std::chrono::milliseconds;

task<dial_result> ask_silent_server(time_point deadline) {
    destination where;
    where.host = silent_host;
    where.port = 1;
    return dial(std::move(where), deadline);
}

task<> dial_twice(std::string& late, bool& was_cancelled) {
    const executor on = co_await asio::this_coro::executor;
    const dial_result came = co_await ask_silent_server(on.owner().now() + milliseconds(50));
    if (const auto* const failure = std::get_if<dial_failure>(&came))
        late = failure->message;
    // A cancel: here it is the end of somebody else's patience.
    const auto none = co_await before(
        on.owner().now() + milliseconds(50),
        ask_silent_server(time_point::never())
    );
    was_cancelled = !none;
}

BOOST_AUTO_TEST_SUITE(dial_)

BOOST_AUTO_TEST_CASE(a_name_server_that_says_nothing_holds_neither_a_deadline_nor_a_cancel) {
    std::string late;
    bool was_cancelled = false;
    {
        shard here(9);
        std::exception_ptr failed;
        auto end = [&](const std::exception_ptr& thrown) {
            failed = thrown;
            // The resolver's thread is joined with the shard.
            release().set_value();
            here.stop();
        };
        asio::co_spawn(here.get_executor(), dial_twice(late, was_cancelled), end);
        here.run();
        BOOST_TEST(!failed);
    }
    BOOST_TEST(!was_waited_for);
    BOOST_TEST(late == "cannot connect to silent.test:1: no answer in time");
    BOOST_TEST(was_cancelled);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
