#pragma once

#include <boost/intrusive/set.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace clarion {

using duration = std::chrono::nanoseconds;
using std::chrono::milliseconds;

/// A moment on a scheduler's monotonic clock.
class time_point {
public:
    constexpr time_point() = default;
    constexpr explicit time_point(duration since_start) : since_start_(since_start) {}

    static constexpr time_point never() {
        return time_point(duration(std::numeric_limits<std::int64_t>::max()));
    }

    constexpr duration since_start() const { return since_start_; }
    friend constexpr auto operator<=>(time_point, time_point) = default;
    friend constexpr time_point operator+(time_point at, duration by) {
        return at == never() ? at : time_point(at.since_start_ + by);
    }
    friend constexpr duration operator-(time_point a, time_point b) {
        return a.since_start_ - b.since_start_;
    }

private:
    duration since_start_{0};
};

/// Something that wants to be told when a moment has come. Lives in its owner, costs no allocation.
/// Disarm before destruction.
class timer_entry : public boost::intrusive::set_base_hook<> {
public:
    timer_entry() = default;
    timer_entry(const timer_entry&) = delete;
    timer_entry& operator=(const timer_entry&) = delete;
    virtual ~timer_entry() = default;

    virtual void expired() = 0;
    bool armed() const noexcept { return is_linked(); }

private:
    friend class timer_queue;
    time_point when_;
    std::uint64_t order_ = 0;
};

/// The armed timers of one scheduler, earliest first, first armed first among equals.
class timer_queue {
public:
    void arm(timer_entry& entry, time_point when) {
        disarm(entry);
        entry.when_ = when;
        entry.order_ = ++armed_;
        entries_.insert(entry);
    }

    void disarm(timer_entry& entry) noexcept {
        if (entry.is_linked())
            entries_.erase(entries_.iterator_to(entry));
    }

    std::optional<time_point> earliest() const {
        if (entries_.empty())
            return std::nullopt;
        return entries_.begin()->when_;
    }

    /// Takes out the first timer that is due at `now`; nullptr when none is.
    timer_entry* take_due(time_point now) {
        if (entries_.empty() || entries_.begin()->when_ > now)
            return nullptr;
        timer_entry& first = *entries_.begin();
        entries_.erase(entries_.begin());
        return &first;
    }

private:
    struct sooner {
        bool operator()(const timer_entry& a, const timer_entry& b) const {
            return a.when_ != b.when_ ? a.when_ < b.when_ : a.order_ < b.order_;
        }
    };
    boost::intrusive::set<timer_entry, boost::intrusive::compare<sooner>> entries_;
    std::uint64_t armed_ = 0;
};

}  // namespace clarion
