#pragma once

#include "core/failure/severity.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace clarion::failure {

/// Unix milliseconds. Called on any thread.
using wall_clock = std::function<std::int64_t()>;

/// Who something happened to. Ids in full, empty when unknown.
struct context {
    std::string connection_id{};
    std::string user_id{};
    std::string thread_id{};
    std::string run_id{};

    friend bool operator==(const context&, const context&) = default;
};
using shared_context = std::shared_ptr<const context>;

/// Where loggers write to: `logging`'s back end, or a test's capture. Called on any thread.
class log_sink {
public:
    log_sink() = default;
    log_sink(const log_sink&) = delete;
    log_sink& operator=(const log_sink&) = delete;
    virtual ~log_sink() = default;

    /// False spares the caller the rest: nothing of this severity is written.
    virtual bool wants(severity how) const noexcept = 0;
    /// `about` is never null. Must not wait for whoever reads the log.
    virtual void write(severity how, const shared_context& about, std::string_view message) = 0;
};

/// Writes lines about one context. A value, cheap to copy: a session has one, a run has one, and no
/// line can carry a context other than its own logger's (ARCHITECTURE §9). Thread-safe.
class logger {
public:
    /// Silent.
    logger() = default;
    explicit logger(std::shared_ptr<log_sink> into) : into_(std::move(into)) {}

    /// Copies with one more id known.
    [[nodiscard]] logger with_connection(std::string_view id) const;
    [[nodiscard]] logger with_user(std::string_view id) const;
    [[nodiscard]] logger with_thread(std::string_view id) const;
    [[nodiscard]] logger with_run(std::string_view id) const;
    /// A copy about something else altogether.
    [[nodiscard]] logger with(context about) const;

    const context& about() const noexcept { return *about_; }

    /// False: a line of this severity is not worth making.
    bool wants(severity how) const noexcept { return into_ && into_->wants(how); }

    void write(severity how, std::string_view message) const {
        if (into_ && into_->wants(how))
            into_->write(how, about_, message);
    }
    void debug(std::string_view message) const { write(severity::debug, message); }
    void info(std::string_view message) const { write(severity::info, message); }
    void warning(std::string_view message) const { write(severity::warning, message); }
    void error(std::string_view message) const { write(severity::error, message); }
    void critical(std::string_view message) const { write(severity::critical, message); }

private:
    [[nodiscard]] logger with_id(std::string context::* field, std::string_view id) const;
    static const shared_context& nobody();

    std::shared_ptr<log_sink> into_;
    shared_context about_ = nobody();
};

}  // namespace clarion::failure
