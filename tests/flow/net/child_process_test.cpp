#include "net/mcp/child_process.hpp"

#include "core/async/first_of.hpp"
#include "core/async/shard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::mcp;
using std::chrono::seconds;

// What it writes until its standard output ends: with the last process of its group.
task<std::string> read_to_its_end(net::byte_stream& from) {
    std::string read;
    std::array<char, 256> room{};
    while (true) {
        const net::io_result got = co_await from.read_some(room);
        const auto* const bytes = std::get_if<std::size_t>(&got);
        if (bytes == nullptr)
            co_return read;
        read.append(room.data(), *bytes);
        if (read.ends_with("ready\n"))
            child_process::kill_all();
    }
}

task<> start_and_kill(bool& has_ended) {
    const executor on = co_await asio::this_coro::executor;
    command_line what;
    what.words = {"sh", "-c", "trap '' TERM INT HUP; sleep 600 & echo ready; wait"};
    auto started = child_process::start(on, what);
    BOOST_REQUIRE(std::holds_alternative<std::unique_ptr<child_process>>(started));
    child_process& stubborn = *std::get<std::unique_ptr<child_process>>(started);
    const time_point by = on.owner().now() + seconds(20);
    const auto said = co_await before(by, read_to_its_end(stubborn.pipes()));
    has_ended = said.has_value();
    co_await stubborn.stop();
}

BOOST_AUTO_TEST_SUITE(child_process_)

BOOST_AUTO_TEST_CASE(who_leaves_at_once_leaves_no_program_behind) {
    shard here(9);
    bool has_ended = false;
    std::exception_ptr failure;
    auto end = [&](const std::exception_ptr& thrown) {
        failure = thrown;
        here.stop();
    };
    asio::co_spawn(here.get_executor(), start_and_kill(has_ended), end);
    here.run();
    BOOST_TEST(!failure);
    BOOST_TEST(has_ended);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
