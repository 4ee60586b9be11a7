#include "core/trace/clock.hpp"

#include <ctime>
#include <fstream>
#include <mutex>
#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace clarion::trace::detail {

namespace {

std::uint64_t monotonic_ns() noexcept {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<std::uint64_t>(at.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(at.tv_nsec);
}

#if defined(__x86_64__)
// Over so long the counter is measured: an error of 100 ns at each end is 4 in a million.
constexpr std::uint64_t measured_ns_min = 50'000'000;

// The counter runs at one speed, in every sleep state and on every core: the processor says the
// first two, and the kernel stops using it when it finds the third untrue.
bool counter_is_even() {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned power_leaf = 0x80000007U;
    constexpr unsigned invariant = 1U << 8U;
    if (__get_cpuid(power_leaf, &a, &b, &c, &d) == 0 || (d & invariant) == 0)
        return false;
    std::ifstream kernel("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    std::string name;
    return !(kernel >> name) || name == "tsc" || name == "kvm-clock" || name.starts_with("hyperv");
}

// The two clocks at one moment. Whoever is interrupted between them is out by as long: of several
// looks the quickest counts.
struct both_clocks {
    std::uint64_t ticks = 0;
    std::uint64_t ns = 0;
};
both_clocks look_at_both() noexcept {
    constexpr int looks = 16;
    both_clocks best;
    std::uint64_t quickest = ~std::uint64_t{0};
    for (int look = 0; look < looks; ++look) {
        const std::uint64_t before = __rdtsc();
        const std::uint64_t ns = monotonic_ns();
        const std::uint64_t took = __rdtsc() - before;
        if (took < quickest) {
            quickest = took;
            best = {before + took / 2, ns};
        }
    }
    return best;
}

// Measures the counter against the system's clock, between the first call and one that comes late
// enough. Any thread.
class measuring {
public:
    void look(std::uint64_t now) noexcept {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock.owns_lock() || ticks.load(std::memory_order_relaxed) != nullptr)
            return;
        if (from_.ns == 0) {
            from_ = look_at_both();
            return;
        }
        if (now < from_.ns + measured_ns_min)
            return;
        const both_clocks to = look_at_both();
        const double ns = static_cast<double>(to.ns - from_.ns);
        const double counts = static_cast<double>(to.ticks - from_.ticks);
        // Goes on from here, so that time never jumps.
        scale_ = {to.ticks, to.ns, static_cast<std::uint64_t>(ns / counts * 4294967296.0)};
        ticks.store(&scale_, std::memory_order_release);
    }

private:
    std::mutex mutex_;
    both_clocks from_;
    tick_scale scale_;
};
#endif

}  // namespace

std::uint64_t system_now_ns() noexcept {
    const std::uint64_t now = monotonic_ns();
#if defined(__x86_64__)
    static const bool is_even = counter_is_even();
    static constinit measuring measured;
    if (is_even)
        measured.look(now);
#endif
    return now;
}

}  // namespace clarion::trace::detail
