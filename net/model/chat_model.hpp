#pragma once

#include "core/ports/model.hpp"
#include "net/http/client.hpp"
#include "net/model/endpoint.hpp"
#include "net/model/retry.hpp"

#include <memory>
#include <vector>

namespace clarion::model {

/// What one shard's models are asked with.
struct model_services {
    http::client& over;
    retry_rules retries{};
};

/// A model with those that stand in for it. An attempt that fails before anything was shown is
/// repeated as `retry.hpp` says, then the next model is asked; each is told as a notice. Once
/// anything was shown, a failure is the end. One shard.
class chat_model final : public ports::model {
public:
    /// `chain`: the model, then its fallbacks, in order; not empty, outlives the model.
    chat_model(model_services with, std::vector<endpoint*> chain)
        : with_(with), chain_(std::move(chain)) {}

    std::unique_ptr<ports::model_stream> ask(ports::model_request request) override;

private:
    model_services with_;
    std::vector<endpoint*> chain_;
};

}  // namespace clarion::model
