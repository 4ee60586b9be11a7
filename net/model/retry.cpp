#include "net/model/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace clarion::model {

namespace {

// Beyond it nobody waits, and nothing overflows.
constexpr double seconds_max = 1e6;

std::optional<double> number_in(std::string_view text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    if (error != std::errc() || rest != end || !std::isfinite(value) || value < 0)
        return std::nullopt;
    return std::min(value, seconds_max * 1000);
}

duration seconds_of(double count) {
    return duration(static_cast<std::int64_t>(std::min(count, seconds_max) * 1e9));
}

std::optional<unsigned> digits_in(std::string_view text) {
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", in milliseconds since 1970.
std::optional<std::int64_t> date_ms_in(std::string_view text) {
    constexpr std::size_t date_bytes = 29;
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != date_bytes || !text.ends_with(" GMT") || text[3] != ',')
        return std::nullopt;
    const std::size_t month = months.find(text.substr(8, 3));
    std::array<unsigned, 5> numbers{};
    const std::array<std::string_view, 5> parts = {
        text.substr(5, 2),
        text.substr(12, 4),
        text.substr(17, 2),
        text.substr(20, 2),
        text.substr(23, 2)
    };
    for (std::size_t at = 0; at < parts.size(); ++at) {
        const auto number = digits_in(parts[at]);
        if (!number)
            return std::nullopt;
        numbers[at] = *number;
    }
    if (month == std::string_view::npos || month % 3 != 0)
        return std::nullopt;
    namespace calendar = std::chrono;
    const calendar::year_month_day day(
        calendar::year(static_cast<int>(numbers[1])),
        calendar::month(static_cast<unsigned>(month / 3 + 1)),
        calendar::day(numbers[0])
    );
    if (!day.ok() || numbers[2] > 23 || numbers[3] > 59 || numbers[4] > 60)
        return std::nullopt;
    const auto moment = calendar::sys_days(day) + calendar::hours(numbers[2]) +
                        calendar::minutes(numbers[3]) + calendar::seconds(numbers[4]);
    return calendar::duration_cast<milliseconds>(moment.time_since_epoch()).count();
}

duration random_up_to(duration bound, random_source& random) {
    return duration(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bound.count()) + 1))
    );
}

}  // namespace

std::optional<duration> retry_after(const http::header_fields& headers, std::int64_t wall_ms) {
    if (const auto text = headers.find("retry-after-ms"))
        if (const auto count = number_in(*text))
            return seconds_of(*count / 1000);
    const auto text = headers.find("Retry-After");
    if (!text)
        return std::nullopt;
    if (const auto count = number_in(*text))
        return seconds_of(*count);
    if (const auto date_ms = date_ms_in(*text))
        return seconds_of(
            static_cast<double>(std::max<std::int64_t>(0, *date_ms - wall_ms)) / 1000
        );
    return std::nullopt;
}

std::optional<duration> pause_before_retry(
    const retry_rules& rules,
    const chat_failure& failure,
    std::size_t attempts_made,
    random_source& random
) {
    if (!is_worth_a_retry(failure.what) || attempts_made >= rules.attempts_max)
        return std::nullopt;
    const duration asked_for = failure.retry_after.value_or(duration(0));
    if (asked_for > rules.retry_after_max)
        return std::nullopt;
    duration bound = rules.first_pause_max;
    for (std::size_t doubled = 1; doubled < attempts_made && bound < rules.pause_max; ++doubled)
        bound *= 2;
    return asked_for + random_up_to(std::min(bound, rules.pause_max), random);
}

}  // namespace clarion::model
