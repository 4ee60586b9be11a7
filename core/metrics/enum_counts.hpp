#pragma once

#include "core/protocol/describe.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::metrics {

/// How many enumerators an enumeration with names has.
template <class E>
constexpr std::size_t enumerators_of() {
    std::size_t count = 1;
    for (const char each : names_of(E{}))
        count += each == '|' ? 1U : 0U;
    return count;
}

/// A count for each enumerator.
template <class E>
class enum_counts {
public:
    void add(E what, std::uint64_t times = 1) { counts_[static_cast<std::size_t>(what)] += times; }
    std::uint64_t at(E what) const { return counts_[static_cast<std::size_t>(what)]; }

    std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t each : counts_)
            sum += each;
        return sum;
    }

    /// Calls `visit(name, count)` for all, in their order.
    template <class Visitor>
    void each(Visitor visit) const {
        for (std::size_t index = 0; index < counts_.size(); ++index)
            visit(protocol::name_of(static_cast<E>(index)), counts_[index]);
    }

    enum_counts& operator+=(const enum_counts& other) {
        for (std::size_t index = 0; index < counts_.size(); ++index)
            counts_[index] += other.counts_[index];
        return *this;
    }

private:
    std::array<std::uint64_t, enumerators_of<E>()> counts_{};
};

}  // namespace clarion::metrics
