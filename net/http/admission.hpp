#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace clarion::http {

/// How many there may be at a time; 0 switches a cap off.
struct admission_caps {
    std::size_t total_max = 0;
    /// Not applied to loopback, where proxies and tests come from.
    std::size_t per_address_max = 0;
};

/// Whether the cap by address holds for an entrant. Not for one that stands for many others, as a
/// proxy does before it has said for whom it speaks.
enum class address_cap : std::uint8_t { applied, exempt };

/// Counts what is open, in total and by address, over all shards. Thread-safe; asked once when
/// something opens and once when it closes.
class admission {
public:
    /// One that is counted, until its destruction. The admission outlives it.
    class place {
    public:
        place(place&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), address_(std::move(other.address_)) {}
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        place& operator=(place&&) = delete;
        ~place();

    private:
        friend class admission;
        place(admission& of, std::string address) : of_(&of), address_(std::move(address)) {}

        admission* of_;
        std::string address_;
    };

    explicit admission(admission_caps caps) : caps_(caps) {}
    admission(const admission&) = delete;
    admission& operator=(const admission&) = delete;

    /// A place for one from `address`; nothing when a cap is reached.
    [[nodiscard]] std::optional<place>
    enter(const std::string& address, address_cap by_address = address_cap::applied);

    /// A place whatever the caps are: it counts for others, not against itself.
    [[nodiscard]] place enter_uncapped(const std::string& address);

    [[nodiscard]] std::size_t size() const;

private:
    void leave(const std::string& address) noexcept;

    const admission_caps caps_;
    mutable std::mutex mutex_;
    std::size_t total_ = 0;
    std::unordered_map<std::string, std::size_t> by_address_;
};

/// True for 127.0.0.0/8 and ::1.
[[nodiscard]] bool is_loopback(const std::string& address);

}  // namespace clarion::http
