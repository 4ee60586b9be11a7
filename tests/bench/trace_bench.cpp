// What the tracer costs, by its level: a coroutine that is called and never waits, one that posts
// itself, and the bytes it keeps for a live coroutine. trace_echo.mjs has the server's side.
//
//     clarion_bench_trace

#include "core/async/shard.hpp"
#include "core/async/task.hpp"
#include "core/trace/level.hpp"
#include "core/trace/live_frame.hpp"
#include "core/trace/ring.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <limits>
#include <utility>

namespace {

using namespace clarion;

constexpr int calls_per_round = 300'000;
constexpr int rounds = 7;

task<int> child(int value) {
    co_return value + 1;
}

task<> calls() {
    int sum = 0;
    for (int each = 0; each < calls_per_round; ++each)
        sum = co_await child(sum);
    if (sum != calls_per_round)
        std::printf("a call was lost\n");
}

task<> posts() {
    const executor on = co_await asio::this_coro::executor;
    for (int each = 0; each < calls_per_round; ++each)
        co_await asio::post(on, use_task);
}

// The best of several rounds: what the machine's other work adds is not the tracer's.
double ns_per_call(task<> (*work)()) {
    using steady = std::chrono::steady_clock;
    double best = std::numeric_limits<double>::max();
    for (int round = 0; round < rounds; ++round) {
        shard on(0, 1);
        const auto ended = [&on](const std::exception_ptr&) {
            on.stop();
        };
        asio::co_spawn(on.get_executor(), work(), ended);
        const auto began = steady::now();
        on.run();
        const std::chrono::duration<double, std::nano> took = steady::now() - began;
        best = std::min(best, took.count() / calls_per_round);
    }
    return best;
}

}  // namespace

int main() {
    (void)ns_per_call(calls);  // the clock is measured meanwhile
    for (const trace::level how : {trace::level::off, trace::level::live, trace::level::events}) {
        trace::set_level(how);
        const double call = ns_per_call(calls);
        const double post = ns_per_call(posts);
        const std::string_view name = trace::to_string(how);
        std::printf(
            "level %-6.*s child call %6.1f ns, post %6.1f ns\n",
            static_cast<int>(name.size()),
            name.data(),
            call,
            post
        );
    }
    std::printf(
        "a live coroutine: %zu bytes beside its frame; a record: %zu bytes\n",
        sizeof(trace::live_frame),
        trace::ring::words_per_record * sizeof(std::uint64_t)
    );
}
