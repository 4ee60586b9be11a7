#pragma once

#include "core/conversation/conversations.hpp"
#include "core/session/user_home.hpp"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace clarion::app {

/// Deals the users to the shards: all of one user's threads live on one (ARCHITECTURE §4).
class home_directory final : public session::directory {
public:
    void add(std::unique_ptr<conversation::conversations> home) {
        homes_.push_back(std::move(home));
    }

    session::user_home& home_of(std::string_view user_id) override {
        return conversations_of(user_id);
    }
    conversation::conversations& conversations_of(std::string_view user_id) {
        return *homes_[std::hash<std::string_view>{}(user_id) % homes_.size()];
    }
    const std::vector<std::unique_ptr<conversation::conversations>>& all() const { return homes_; }

private:
    std::vector<std::unique_ptr<conversation::conversations>> homes_;
};

}  // namespace clarion::app
