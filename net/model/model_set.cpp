#include "net/model/model_set.hpp"

#include "core/async/assert.hpp"

#include <utility>

namespace clarion::model {

model_set::model_set(const std::vector<model_settings>& all, http::client_options options)
    : over_(std::move(options)) {
    for (const model_settings& one : all)
        endpoints_.emplace(one.where.name, std::make_unique<endpoint>(one.where));
    for (const model_settings& one : all) {
        std::vector<endpoint*> chain{endpoints_.at(one.where.name).get()};
        for (const std::string& name : one.fallback) {
            const auto other = endpoints_.find(name);
            CLARION_ASSERT(other != endpoints_.end());
            chain.push_back(other->second.get());
        }
        model_services with{over_};
        models_.emplace(one.where.name, std::make_unique<chat_model>(with, std::move(chain)));
    }
}

ports::model* model_set::find(std::string_view name) {
    const auto found = models_.find(name);
    return found == models_.end() ? nullptr : found->second.get();
}

ports::model* model_sets::find(std::string_view name, const executor& on) {
    for (const auto& [owner, set] : sets_)
        if (owner == &on.owner())
            return set->find(name);
    return nullptr;
}

}  // namespace clarion::model
