#pragma once

#include "core/async/task_group.hpp"
#include "core/ports/tool_source.hpp"
#include "net/mcp/server.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace clarion::mcp {

/// Calls from other shards at one server at a time; past it they are refused.
inline constexpr std::size_t far_calls_max = 1024;

/// A server on its shard, for callers on any: carries calls there, and progress and cancels across.
/// What is public belongs to that shard, but for `call` and `name`.
class source final : public ports::tool_source {
public:
    source(
        const executor& home,
        server_settings settings,
        channel_factory factory,
        server_sinks sinks
    );

    const std::string& name() const override { return name_; }
    task<ports::source_answer> call(ports::source_call wanted, ports::progress_sink on_progress)
        override;

    /// Keeps the server open until `stop`; calls from elsewhere have ended then, too.
    task<> run();
    void stop();

    const executor& home() const { return home_; }

private:
    struct far_call;
    class far_place;

    void begin(const std::shared_ptr<far_call>& call, ports::source_call wanted);
    task<> carry_out(std::shared_ptr<far_call> call, ports::source_call wanted);

    executor home_;
    std::string name_;
    server server_;
    bool is_stopped_ = false;
    task_group far_calls_;
};

}  // namespace clarion::mcp
