#include "net/mcp/source.hpp"

#include "core/async/wakeup.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace clarion::mcp {

namespace {

ports::source_answer refused(std::string why) {
    return ports::source_refusal{std::move(why), ports::refusal_cause::unavailable};
}

}  // namespace

/// A call from another shard. Each part belongs to the shard that is named; they exchange values by
/// posting.
struct source::far_call {
    executor caller;
    bool wants_progress = false;

    // The caller's.
    std::optional<ports::source_answer> came{};
    std::exception_ptr thrown{};
    std::optional<ports::tool_progress> told{};
    wakeup changed{};

    // The server's.
    task_group::child work{};
    bool is_cancelled = false;
};

/// The caller's hold on its call: who leaves early cancels it.
class source::far_place {
public:
    far_place(const executor& home, std::shared_ptr<far_call> call)
        : home_(home), call_(std::move(call)) {}
    far_place(const far_place&) = delete;
    far_place& operator=(const far_place&) = delete;
    ~far_place() {
        if (call_->came || call_->thrown)
            return;
        asio::post(home_, [call = call_] {
            call->is_cancelled = true;
            call->work.cancel();
        });
    }

private:
    executor home_;
    std::shared_ptr<far_call> call_;
};

source::source(
    const executor& home,
    server_settings settings,
    channel_factory factory,
    server_sinks sinks
)
    : home_(home),
      name_(settings.name),
      server_(std::move(settings), std::move(factory), std::move(sinks)),
      far_calls_(home) {}

task<> source::run() {
    co_await server_.run();
    is_stopped_ = true;
    far_calls_.cancel();
    co_await far_calls_.join();
}

void source::stop() {
    server_.stop();
}

task<ports::source_answer>
source::call(ports::source_call wanted, ports::progress_sink on_progress) {
    const executor mine = co_await asio::this_coro::executor;
    if (&mine.owner() == &home_.owner())
        co_return co_await server_.call(std::move(wanted), std::move(on_progress));
    const auto shared = std::make_shared<far_call>();
    shared->caller = mine;
    shared->wants_progress = static_cast<bool>(on_progress);
    const far_place hold(home_, shared);
    auto there = [this, shared, wanted = std::move(wanted)]() mutable {
        begin(shared, std::move(wanted));
    };
    asio::post(home_, std::move(there));
    while (!shared->came && !shared->thrown) {
        co_await shared->changed.wait();
        if (const auto told = std::exchange(shared->told, {}))
            on_progress(*told);
    }
    if (shared->thrown)
        std::rethrow_exception(shared->thrown);
    co_return *std::move(shared->came);
}

void source::begin(const std::shared_ptr<far_call>& call, ports::source_call wanted) {
    if (call->is_cancelled)
        return;
    if (!is_stopped_ && far_calls_.size() < far_calls_max) {
        call->work = far_calls_.spawn(carry_out(call, std::move(wanted)));
        return;
    }
    asio::post(call->caller, [call] {
        call->came = refused("too many calls are under way at this MCP server");
        call->changed.notify();
    });
}

task<> source::carry_out(std::shared_ptr<far_call> call, ports::source_call wanted) {
    ports::progress_sink tell;
    if (call->wants_progress)
        tell = [call](const ports::tool_progress& how_far) {
            asio::post(call->caller, [call, how_far] {
                call->told = how_far;
                call->changed.notify();
            });
        };
    std::optional<ports::source_answer> came;
    std::exception_ptr thrown;
    try {
        came = co_await server_.call(std::move(wanted), std::move(tell));
    } catch (...) {
        thrown = std::current_exception();  // the caller's to handle
    }
    asio::post(call->caller, [call, came = std::move(came), thrown]() mutable {
        call->came = std::move(came);
        call->thrown = thrown;
        call->changed.notify();
    });
}

}  // namespace clarion::mcp
