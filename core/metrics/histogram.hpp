#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace clarion::metrics {

/// How many values fell at or below each of `bounds`, which ascend, or above them all.
template <auto bounds>
class histogram {
public:
    static constexpr auto upper_bounds = bounds;

    void add(std::int64_t value, std::uint64_t times = 1) {
        const auto bound = std::ranges::lower_bound(bounds, value);
        counts_[static_cast<std::size_t>(std::distance(bounds.begin(), bound))] += times;
        sum_ += value * static_cast<std::int64_t>(times);
    }

    /// Not cumulative: one more than there are bounds.
    const std::array<std::uint64_t, bounds.size() + 1>& counts() const { return counts_; }
    std::int64_t sum() const { return sum_; }
    std::uint64_t count() const {
        std::uint64_t all = 0;
        for (const std::uint64_t each : counts_)
            all += each;
        return all;
    }

    histogram& operator+=(const histogram& other) {
        for (std::size_t index = 0; index < counts_.size(); ++index)
            counts_[index] += other.counts_[index];
        sum_ += other.sum_;
        return *this;
    }

private:
    std::array<std::uint64_t, bounds.size() + 1> counts_{};
    std::int64_t sum_ = 0;
};

/// Of times in microseconds: 100 µs to 10 s.
inline constexpr auto time_bounds_us = std::to_array<std::int64_t>(
    {100,
     250,
     500,
     1'000,
     2'500,
     5'000,
     10'000,
     20'000,
     50'000,
     100'000,
     250'000,
     500'000,
     1'000'000,
     2'500'000,
     10'000'000}
);
using time_histogram = histogram<time_bounds_us>;

/// Of how many went together.
inline constexpr auto size_bounds =
    std::to_array<std::int64_t>({1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024});
using size_histogram = histogram<size_bounds>;

}  // namespace clarion::metrics
