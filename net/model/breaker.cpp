#include "net/model/breaker.hpp"

#include <algorithm>
#include <utility>

namespace clarion::model {

bool breaker::admit(time_point now) {
    if (state_ == state::closed)
        return true;
    if (state_ == state::trying || now < until_)
        return false;
    state_ = state::trying;
    return true;
}

void breaker::succeeded() {
    state_ = state::closed;
    failures_ = 0;
    rest_ = duration(0);
}

void breaker::failed(time_point now) {
    ++failures_;
    // Those still under way when it opened tell nothing new.
    if (state_ == state::trying || (state_ == state::closed && failures_ >= rules_.failures_max))
        open(now);
}

void breaker::left_open(time_point now) {
    if (state_ != state::trying)
        return;
    state_ = state::open;
    until_ = now;
}

std::optional<duration> breaker::rests_for(time_point now) const {
    if (state_ != state::open || now >= until_)
        return std::nullopt;
    return until_ - now;
}

void breaker::open(time_point now) {
    rest_ = rest_ == duration(0) ? rules_.first_rest : std::min(rest_ * 2, rules_.rest_max);
    state_ = state::open;
    until_ = now + rest_;
}

admission::~admission() {
    if (of_ != nullptr)
        of_->left_open(clock_->now());
}

void admission::succeeded() {
    if (breaker* const of = std::exchange(of_, nullptr))
        of->succeeded();
}

void admission::failed() {
    if (breaker* const of = std::exchange(of_, nullptr))
        of->failed(clock_->now());
}

}  // namespace clarion::model
