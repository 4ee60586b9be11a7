#include "core/async/random_source.hpp"
#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;

namespace {

constexpr std::size_t threads_count = 5;
constexpr std::int64_t events_per_append = 3;

// What a verdict says, in the size that a pipe never tears.
struct told {
    std::uint32_t thread = 0;
    std::int64_t last_seq = 0;
};

protocol::thread_key key_of(std::size_t thread) {
    return {"ada", "t" + std::to_string(thread)};
}

std::string text_of(std::size_t thread, std::int64_t seq) {
    return std::to_string(thread) + '/' + std::to_string(seq);
}

// In the child: appends to one thread for ever, and tells of each verdict before the next append.
class endless_writing {
public:
    endless_writing(event_log& log, executor on, std::size_t thread, int pipe)
        : log_(log), on_(on), thread_(thread), pipe_(pipe) {}

    void go_on_behind(std::int64_t seq) {
        std::vector<std::string> texts;
        for (std::int64_t i = 1; i <= events_per_append; ++i)
            texts.push_back(text_of(thread_, seq + i));
        auto done = [this](const append_verdict& verdict) {
            const auto* stored = std::get_if<committed>(&verdict);
            if (stored == nullptr)
                ::_exit(1);
            const told says{static_cast<std::uint32_t>(thread_), stored->last_seq};
            if (::write(pipe_, &says, sizeof says) != static_cast<ssize_t>(sizeof says))
                ::_exit(2);
            go_on_behind(stored->last_seq);
        };
        log_.start_append(
            texts_behind(seq, texts, key_of(thread_)),
            asio::bind_executor(on_, done)
        );
    }

private:
    event_log& log_;
    executor on_;
    std::size_t thread_;
    int pipe_;
};

[[noreturn]] void write_until_killed(const std::filesystem::path& directory, int pipe) {
    sqlite_options options;
    options.checkpoint_pages = 50;  // so that some are killed within a checkpoint
    auto opened = sqlite_event_log::open(directory, options);
    auto* log = std::get_if<std::unique_ptr<sqlite_event_log>>(&opened);
    if (log == nullptr)
        ::_exit(3);
    shard on(0, 1);
    asker ask(**log);
    std::deque<endless_writing> all;
    for (std::size_t thread = 0; thread < threads_count; ++thread) {
        const auto row = ask.open(key_of(thread));
        all.emplace_back(**log, on.get_executor(), thread, pipe)
            .go_on_behind(row ? row->last_seq : 0);
    }
    on.run();
    ::_exit(4);
}

// Starts a child on the directory and kills it after so many verdicts: at whatever it is doing
// then. Returns the last seq that it has told of, by thread.
std::array<std::int64_t, threads_count>
killed_after(const std::filesystem::path& directory, std::uint64_t verdicts) {
    std::array<int, 2> pipe{};
    BOOST_REQUIRE_EQUAL(::pipe(pipe.data()), 0);
    const ::pid_t child = ::fork();
    BOOST_REQUIRE_GE(child, 0);
    if (child == 0)
        write_until_killed(directory, pipe[1]);
    ::close(pipe[1]);
    std::array<std::int64_t, threads_count> last{};
    told says;
    std::uint64_t seen = 0;
    while (::read(pipe[0], &says, sizeof says) == static_cast<ssize_t>(sizeof says)) {
        last.at(says.thread) = says.last_seq;
        if (++seen == verdicts)
            ::kill(child, SIGKILL);  // and drain what it still managed to say
    }
    ::close(pipe[0]);
    int status = 0;
    BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
    BOOST_REQUIRE(WIFSIGNALED(status));
    return last;
}

void check_whole(asker& ask, std::size_t thread, std::int64_t told_of) {
    const std::vector<protocol::event> events = ask.events_of(key_of(thread));
    const auto head = static_cast<std::int64_t>(events.size());
    BOOST_REQUIRE_GE(head, told_of);
    BOOST_REQUIRE_EQUAL(head % events_per_append, 0);  // no part of a batch
    for (std::int64_t seq = 1; seq <= head; ++seq) {
        const protocol::event& event = events[static_cast<std::size_t>(seq - 1)];
        BOOST_REQUIRE_EQUAL(event.seq, seq);
        BOOST_REQUIRE_EQUAL(event.payload_json, R"({"delta":")" + text_of(thread, seq) + R"("})");
    }
    BOOST_REQUIRE_EQUAL(head, head == 0 ? 0 : ask.open(key_of(thread))->last_seq);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sqlite_crash)

BOOST_AUTO_TEST_CASE(a_killed_process_loses_nothing_that_had_a_verdict) {
    const support::temporary_directory directory;
    const std::uint64_t seed = system_seed();
    BOOST_TEST_MESSAGE("seed " << seed);
    random_source random(seed);
    for (int round = 0; round < 20; ++round) {
        const auto told_of = killed_after(directory.path(), 1 + random.below(60));
        const auto log = sqlite_store::open(directory.path());
        asker ask(*log);
        for (std::size_t thread = 0; thread < threads_count; ++thread)
            check_whole(ask, thread, told_of.at(thread));
    }
}

BOOST_AUTO_TEST_SUITE_END()
