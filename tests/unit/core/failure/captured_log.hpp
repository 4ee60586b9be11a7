#pragma once

#include "core/failure/logger.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::failure {

/// Keeps what loggers write, for a test to look at. Thread-safe.
class captured_log final : public log_sink {
public:
    struct line {
        severity how;
        context about;
        std::string message;
    };

    bool wants(severity) const noexcept override { return true; }
    void write(severity how, const shared_context& about, std::string_view message) override {
        const std::scoped_lock lock(mutex_);
        lines_.push_back({how, *about, std::string(message)});
    }

    std::vector<line> lines() const {
        const std::scoped_lock lock(mutex_);
        return lines_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<line> lines_;
};

}  // namespace clarion::failure
