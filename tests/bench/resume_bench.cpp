// What a client costs that comes back for the last 100 events, by the length of the log: opening
// the thread and reading the page, in steps of SQLite's virtual machine (rows and index cells
// touched; the same on every machine).
//
//     clarion_bench_resume [EVENTS…]     default: 1000 1000000
//
// Under `valgrind --tool=callgrind --toggle-collect='*event_reads::open*'
// --toggle-collect='*event_reads::read*'` one length at a time gives instructions.

#include "core/async/shard.hpp"
#include "core/storage/sqlite/sqlite_event_log.hpp"

#include <boost/asio/bind_executor.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::storage;

constexpr std::int64_t missed = 100;
constexpr std::int64_t events_per_append = 1000;

/// A log with one thread of that many events, and questions to it one after the other.
class long_log {
public:
    explicit long_log(std::unique_ptr<sqlite_event_log> log) : log_(std::move(log)) {}

    void fill(std::int64_t events) {
        while (head_ < events) {
            append_request request;
            request.key = key_;
            request.epoch = "e_1";
            request.expected_seq = head_;
            request.now_ms = 1;
            for (std::int64_t left = std::min(events - head_, events_per_append); left > 0; --left)
                request.events.push_back(event());
            const auto verdict = ended<append_verdict>([&](auto done) {
                log_->start_append(std::move(request), std::move(done));
            });
            head_ = std::get<committed>(verdict).last_seq;
        }
    }

    std::int64_t steps_of_a_resume() {
        const std::int64_t before = log_->figures().read_steps;
        (void)ended<thread_result>([&](auto done) { log_->start_open(key_, std::move(done)); });
        page_request wanted;
        wanted.key = key_;
        wanted.epoch = "e_1";
        wanted.after_seq = head_ - missed;
        wanted.up_to_seq = head_;
        const auto read = ended<page_result>([&](auto done) {
            log_->start_read(std::move(wanted), std::move(done));
        });
        if (std::get<page>(read).events.size() != missed) {
            std::fputs("the page is not what was asked for\n", stderr);
            std::exit(1);
        }
        return log_->figures().read_steps - before;
    }

private:
    static protocol::event event() {
        return {
            .type = protocol::event_type::text_delta,
            .seq = 0,
            .timestamp_ms = 1,
            .run_id = "r_0123456789abcdef",
            .payload_json = std::string(250, 'x'),
        };
    }

    template <class Result, class Ask>
    Result ended(Ask ask) {
        Result result = unavailable{};
        auto done = [&](Result is) {
            result = std::move(is);
            on_.stop();
        };
        ask(asio::bind_executor(on_.get_executor(), done));
        on_.run();
        on_.io().restart();
        if (const auto* down = std::get_if<unavailable>(&result)) {
            std::fprintf(stderr, "%s\n", down->reason.c_str());
            std::exit(1);
        }
        return result;
    }

    shard on_{0, 1};
    std::unique_ptr<sqlite_event_log> log_;
    protocol::thread_key key_{"ada", "t1"};
    std::int64_t head_ = 0;
};

int measure(std::int64_t events) {
    const std::filesystem::path directory =
        std::filesystem::temp_directory_path() / ("clarion-resume-" + std::to_string(events));
    std::filesystem::remove_all(directory);
    auto opened = sqlite_event_log::open(directory, {});
    if (const auto* failure = std::get_if<open_failure>(&opened)) {
        std::fprintf(stderr, "%s\n", failure->reason.c_str());
        return 1;
    }
    {
        long_log log(std::get<std::unique_ptr<sqlite_event_log>>(std::move(opened)));
        log.fill(events);
        (void)log.steps_of_a_resume();  // a statement's first execution takes a step more
        std::printf(
            "%9lld events in the log: %lld steps to resume the last %lld\n",
            static_cast<long long>(events),
            static_cast<long long>(log.steps_of_a_resume()),
            static_cast<long long>(missed)
        );
    }
    std::filesystem::remove_all(directory);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::int64_t> lengths;
    for (int each = 1; each < count; ++each)
        lengths.push_back(std::max<std::int64_t>(std::strtoll(arguments[each], nullptr, 10), missed)
        );
    if (lengths.empty())
        lengths = {1'000, 1'000'000};
    int status = 0;
    for (const std::int64_t events : lengths)
        status = std::max(status, measure(events));
    return status;
}
