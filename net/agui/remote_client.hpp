#pragma once

#include "core/ports/remote_agent.hpp"
#include "net/http/client.hpp"
#include "net/http/url.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::agui {

struct remote_timeouts {
    duration connect = std::chrono::seconds(5);  ///< TLS and proxy included
    duration first = std::chrono::seconds(60);   ///< from the request to the head of its answer
    duration idle = std::chrono::seconds(120);   ///< between events
    duration total = std::chrono::minutes(10);
};

/// An AG-UI endpoint as configured (PROTOCOL §10, `kind = "ag-ui"`).
struct remote_settings {
    std::string name;
    http::url where;
    /// Sent as a bearer token; empty: none.
    std::string api_key;
    remote_timeouts timeouts{};
};

/// The body of the request (`RunAgentInput`).
[[nodiscard]] std::string run_input(const ports::remote_request& asked);

/// The remote agents of one shard, with its connections to them.
class remote_set {
public:
    remote_set(std::vector<remote_settings> all, http::client_options options);

    /// Of one that is there.
    std::unique_ptr<ports::remote_stream> begin(std::string_view name, ports::remote_request asked);

private:
    http::client over_;
    std::map<std::string, remote_settings, std::less<>> all_;
};

/// One set a shard. Made before the shards run; ended when their runs have ended, and before them.
class remote_sets final : public ports::remote_agents {
public:
    void add(const executor& on, std::unique_ptr<remote_set> set) {
        sets_.emplace_back(&on.owner(), std::move(set));
    }

    std::unique_ptr<ports::remote_stream>
    begin(std::string_view name, ports::remote_request asked, const executor& on) override;

private:
    std::vector<std::pair<const scheduler*, std::unique_ptr<remote_set>>> sets_;
};

}  // namespace clarion::agui
