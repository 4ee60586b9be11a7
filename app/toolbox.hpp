#pragma once

#include "app/config/settings.hpp"
#include "app/mcp_parts.hpp"
#include "app/parts.hpp"
#include "core/agents/tool_registry.hpp"
#include "core/failure/logger.hpp"
#include "core/ports/web.hpp"

#include <memory>

namespace clarion::app {

/// All that agents can do: the tools that are built in, those of MCP servers, and the pages of the
/// web that are allowed.
class toolbox {
public:
    /// What it is given outlives it. Throws std::runtime_error, one line.
    toolbox(const settings& with, const shards& all, const failure::logger& log);

    const agents::tool_registry& registry() const { return tools_; }

    /// As those of mcp_servers.
    task<> start() { return mcp_.start(); }
    task<> stop() { return mcp_.stop(); }

private:
    mcp_servers mcp_;
    std::unique_ptr<ports::web> pages_;
    agents::tool_registry tools_;
};

}  // namespace clarion::app
