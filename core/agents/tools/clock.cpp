#include "core/agents/tools/builtin_tools.hpp"
#include "core/agents/tools/tool_results.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/protocol/json_writer.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <string_view>

namespace clarion::agents::tools {

namespace {

constexpr std::array<std::string_view, 7>
    weekdays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

clock_reading read_clock(std::int64_t unix_ms) {
    const std::chrono::sys_time<milliseconds> now{milliseconds(unix_ms)};
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<milliseconds> time(now - day);

    std::array<char, 64> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()),
        static_cast<int>(time.subseconds().count())
    );
    clock_reading reading;
    reading.utc = text.data();
    const std::size_t t = reading.utc.find('T');
    reading.date = reading.utc.substr(0, t);
    reading.time = reading.utc.substr(t + 1, 8);
    reading.weekday = weekdays[std::chrono::weekday(day).c_encoding()];
    reading.unix_ms = unix_ms;
    return reading;
}

class clock final : public typed_tool<no_arguments> {
public:
    clock()
        : typed_tool({
              .name = "clock",
              .description = "Tells the date and the time of day in UTC.",
              .parameters = {R"({"type":"object","properties":{}})"},
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, no_arguments) const override {
        const executor on = co_await asio::this_coro::executor;
        tool_value reading;
        reading.result.text = protocol::to_json(read_clock(on.owner().wall_ms()));
        co_return tool_result(std::move(reading));
    }
};

}  // namespace

std::unique_ptr<tool> make_clock() {
    return std::make_unique<clock>();
}

}  // namespace clarion::agents::tools
