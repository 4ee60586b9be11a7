#include "core/failure/repeat_fold.hpp"

#include <utility>

namespace clarion::failure {

void repeat_fold::feed(log_entry next, std::vector<log_entry>& out) {
    if (repeats_first(next)) {
        ++repeated_;
        last_unix_ms_ = next.unix_ms;
        return;
    }
    flush(out);
    out.push_back(next);
    first_ = std::move(next);
}

void repeat_fold::flush(std::vector<log_entry>& out) {
    if (repeated_ == 0)
        return;
    log_entry count = *first_;
    count.unix_ms = last_unix_ms_;
    count.repeated = std::exchange(repeated_, 0);
    out.push_back(std::move(count));
    first_.reset();
}

bool repeat_fold::repeats_first(const log_entry& next) const {
    if (!first_)
        return false;
    // A wall clock can be set back: that ends a window, too.
    const std::int64_t age_ms = next.unix_ms - first_->unix_ms;
    return age_ms >= 0 && age_ms < window_ms_ && first_->how == next.how &&
           first_->message == next.message && *first_->about == *next.about;
}

}  // namespace clarion::failure
