#pragma once

#include "app/config/settings.hpp"
#include "app/parts.hpp"
#include "core/agents/outside/tool_catalog.hpp"
#include "core/failure/logger.hpp"
#include "net/mcp/source.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace clarion::app {

/// The MCP servers of the configuration, each on one shard, and the tools that come of them.
class mcp_servers {
public:
    /// `with` and the shards outlive it. Throws std::runtime_error, one line.
    mcp_servers(const settings& with, const shards& all, const failure::logger& log);
    mcp_servers(const mcp_servers&) = delete;
    mcp_servers& operator=(const mcp_servers&) = delete;
    ~mcp_servers();

    const agents::outside::tool_catalog& catalog() const { return catalog_; }

    /// Opens them all; ends when each has listed its tools or failed to, or after ten seconds. The
    /// first shard's, like `stop`.
    task<> start();
    /// Takes leave of them, within seconds.
    task<> stop();

private:
    struct entry;

    void add(const mcp_config& with, const executor& home);
    mcp::channel_factory factory(entry& of);
    mcp::server_sinks sinks(entry& of);
    void settled(entry& which);

    failure::logger log_;
    executor first_;
    agents::outside::tool_catalog catalog_;
    std::vector<std::unique_ptr<entry>> all_;
    std::size_t unsettled_ = 0;
    wakeup news_;
    task_group running_;
};

}  // namespace clarion::app
