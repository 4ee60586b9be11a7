// How many events a second the log on SQLite commits, and how many fsyncs they cost, by the number
// of threads that append at once: one event an append, the next one behind its verdict.
//
//     clarion_bench_event_log [DIRECTORY]     default: below the directory for temporary files

#include "core/async/shard.hpp"
#include "core/storage/sqlite/sqlite_event_log.hpp"

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::storage;
using steady = std::chrono::steady_clock;

constexpr std::size_t payload_bytes = 250;
constexpr auto measured_for = std::chrono::seconds(2);

struct figures {
    std::size_t appending = 0;
    std::int64_t events = 0;
    double seconds = 0;
    std::vector<double> latencies_ms;
};

// One thread of a user, that appends for as long as the measuring goes on.
class appending {
public:
    appending(event_log& log, executor on, std::size_t index, figures& into)
        : log_(log), on_(on), key_{"bench", "t" + std::to_string(index)}, into_(into) {}

    void append_until(steady::time_point end) {
        append_request request;
        request.key = key_;
        request.epoch = "e_1";
        request.expected_seq = seq_;
        request.now_ms = 1;
        request.events.push_back(
            {.type = protocol::event_type::text_delta,
             .seq = 0,
             .timestamp_ms = 1,
             .run_id = "r_0123456789abcdef",
             .payload_json = std::string(payload_bytes, 'x')}
        );
        const steady::time_point asked = steady::now();
        auto done = [this, end, asked](const append_verdict& verdict) {
            const auto* stored = std::get_if<committed>(&verdict);
            if (stored == nullptr) {
                std::fputs("an append was refused\n", stderr);
                std::exit(1);
            }
            seq_ = stored->last_seq;
            const steady::time_point now = steady::now();
            ++into_.events;
            into_.latencies_ms.push_back(
                std::chrono::duration<double, std::milli>(now - asked).count()
            );
            if (now < end)
                append_until(end);
            else
                --into_.appending;
        };
        log_.start_append(std::move(request), asio::bind_executor(on_, done));
    }

private:
    event_log& log_;
    executor on_;
    protocol::thread_key key_;
    figures& into_;
    std::int64_t seq_ = 0;
};

figures measure(event_log& log, std::size_t appenders) {
    shard on(0, 1);
    figures measured;
    measured.appending = appenders;
    std::deque<appending> all;
    const steady::time_point start = steady::now();
    for (std::size_t i = 0; i < appenders; ++i)
        all.emplace_back(log, on.get_executor(), i, measured).append_until(start + measured_for);
    while (measured.appending > 0)
        on.io().run_one();
    measured.seconds = std::chrono::duration<double>(steady::now() - start).count();
    return measured;
}

double percentile(std::vector<double>& values, double part) {
    const auto place = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[static_cast<std::size_t>(place)];
}

int run(const std::filesystem::path& below) {
    std::printf("appenders  events/s  syncs/event  events/sync    p50 ms    p99 ms\n");
    for (const std::size_t appenders : {1U, 10U, 100U, 1000U}) {
        const std::filesystem::path directory = below / "clarion-bench-event-log";
        std::filesystem::remove_all(directory);
        auto opened = sqlite_event_log::open(directory, {});
        if (const auto* failure = std::get_if<open_failure>(&opened)) {
            std::fprintf(stderr, "%s\n", failure->reason.c_str());
            return 1;
        }
        auto& log = std::get<std::unique_ptr<sqlite_event_log>>(opened);
        figures measured = measure(*log, appenders);
        const auto events = static_cast<double>(measured.events);
        const auto commits = static_cast<double>(log->figures().commits);
        std::printf(
            "%9zu  %8.0f  %11.4f  %11.1f  %8.2f  %8.2f\n",
            appenders,
            events / measured.seconds,
            commits / events,
            events / commits,
            percentile(measured.latencies_ms, 0.50),
            percentile(measured.latencies_ms, 0.99)
        );
        log.reset();
        std::filesystem::remove_all(directory);
    }
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::filesystem::path below =
        count > 1 ? std::filesystem::path(arguments[1]) : std::filesystem::temp_directory_path();
    return run(below);
}
