#pragma once

#include "core/async/timer_queue.hpp"
#include "net/http/url.hpp"
#include "net/model/breaker.hpp"
#include "net/model/chat_request.hpp"
#include "net/model/completion.hpp"

#include <chrono>
#include <string>

namespace clarion::model {

struct model_timeouts {
    duration connect = std::chrono::milliseconds(5'000);       ///< TLS and proxy included
    duration first_token = std::chrono::milliseconds(60'000);  ///< from the request on
    duration idle = std::chrono::milliseconds(45'000);  ///< between chunks that tell something
    duration total = std::chrono::milliseconds(600'000);
};

/// One model of one server, as configured (PROTOCOL section 10).
struct endpoint_settings {
    std::string name;   ///< in the configuration
    http::url base;     ///< such as http://127.0.0.1:11434/v1
    std::string model;  ///< as the server knows it
    std::string api_key;
    model_timeouts timeouts{};
    completion_limits limits{};
};

/// The same with what one shard knows about it.
struct endpoint {
    explicit endpoint(endpoint_settings configured) : settings(std::move(configured)) {}

    endpoint_settings settings;
    breaker health;
    usage_wish wish = usage_wish::stated;
};

}  // namespace clarion::model
