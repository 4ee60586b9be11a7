#pragma once

#include "core/ports/model.hpp"
#include "net/http/client.hpp"
#include "net/model/chat_model.hpp"
#include "net/model/endpoint.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::model {

struct model_settings {
    endpoint_settings where;
    /// Names of other models, asked in order.
    std::vector<std::string> fallback;
};

/// The configured models of one shard, with its connections to them. Ended before the shard's
/// io_context.
class model_set final : public ports::models {
public:
    /// A fallback that is not among `all` is a programmer's error: the configuration checks it.
    model_set(const std::vector<model_settings>& all, http::client_options options);

    ports::model* find(std::string_view name) override;
    /// Drops the connections that wait for a next request.
    void close_idle() { over_.close_idle(); }

private:
    http::client over_;
    std::map<std::string, std::unique_ptr<endpoint>, std::less<>> endpoints_;
    std::map<std::string, std::unique_ptr<chat_model>, std::less<>> models_;
};

}  // namespace clarion::model
