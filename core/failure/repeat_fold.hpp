#pragma once

#include "core/failure/log_entry.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace clarion::failure {

/// Folds what is said again and again: of consecutive entries equal in severity, context and
/// message, the first is written, and the number of the others once something else is said or
/// `window_ms` have passed since the first. One thread.
class repeat_fold {
public:
    explicit repeat_fold(std::int64_t window_ms) : window_ms_(window_ms) {}

    /// Appends to `out` what is to be written now.
    void feed(log_entry next, std::vector<log_entry>& out);
    /// Appends the count that is still to be written, if any.
    void flush(std::vector<log_entry>& out);

    /// There is a count still to be written.
    bool holds() const noexcept { return repeated_ > 0; }

private:
    bool repeats_first(const log_entry& next) const;

    std::int64_t window_ms_;
    std::optional<log_entry> first_;
    std::uint64_t repeated_ = 0;
    std::int64_t last_unix_ms_ = 0;
};

}  // namespace clarion::failure
