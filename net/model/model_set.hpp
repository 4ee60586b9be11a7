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
#include <utility>
#include <vector>

namespace clarion::model {

struct model_settings {
    endpoint_settings where;
    /// Names of other models, asked in order.
    std::vector<std::string> fallback;
};

/// The configured models of one shard, with its connections to them.
class model_set {
public:
    /// A fallback that is not among `all` is a programmer's error: the configuration checks it.
    model_set(const std::vector<model_settings>& all, http::client_options options);

    /// nullptr when there is none of that name.
    ports::model* find(std::string_view name);

private:
    http::client over_;
    std::map<std::string, std::unique_ptr<endpoint>, std::less<>> endpoints_;
    std::map<std::string, std::unique_ptr<chat_model>, std::less<>> models_;
};

/// One set a shard. Made before the shards run; ended when their runs have ended, and before them.
class model_sets final : public ports::models {
public:
    void add(const executor& on, std::unique_ptr<model_set> set) {
        sets_.emplace_back(&on.owner(), std::move(set));
    }

    ports::model* find(std::string_view name, const executor& on) override;

private:
    std::vector<std::pair<const scheduler*, std::unique_ptr<model_set>>> sets_;
};

}  // namespace clarion::model
