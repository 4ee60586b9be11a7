#include "core/failure/log.hpp"
#include "tests/unit/core/failure/test_pipe.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

using boost::unit_test::timeout;
using clarion::failure::log_settings;
using clarion::failure::logger;
using clarion::failure::logging;
using clarion::failure::test_pipe;

namespace {

std::int64_t fixed_clock() {
    return 1'795'230'905'123;
}

struct dev_null {
    dev_null() : number(::open("/dev/null", O_WRONLY | O_CLOEXEC)) {}
    dev_null(const dev_null&) = delete;
    dev_null& operator=(const dev_null&) = delete;
    ~dev_null() { ::close(number); }
    const int number;
};

/// stdout goes into a pipe as long as it lives.
class captured_stdout {
public:
    captured_stdout() : before_((std::fflush(stdout), ::dup(STDOUT_FILENO))) {
        ::dup2(pipe_.writing(), STDOUT_FILENO);
    }
    captured_stdout(const captured_stdout&) = delete;
    captured_stdout& operator=(const captured_stdout&) = delete;
    ~captured_stdout() { restore(); }

    std::string end() {
        restore();
        return pipe_.read_all();
    }

private:
    void restore() {
        if (before_ < 0)
            return;
        std::fflush(stdout);
        ::dup2(before_, STDOUT_FILENO);
        ::close(before_);
        before_ = -1;
    }

    test_pipe pipe_;
    int before_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_log)

BOOST_AUTO_TEST_CASE(lines_of_many_threads_never_mix, *timeout(120)) {
    constexpr int threads = 4;
    constexpr int lines = 200;
    test_pipe pipe;
    std::optional<logging> log;
    log.emplace(log_settings{.descriptor = pipe.writing()}, fixed_clock);
    std::vector<std::thread> shards;
    for (int index = 0; index < threads; ++index) {
        shards.emplace_back([root = log->root(), index] {
            const std::string name = "u" + std::to_string(index);
            const logger own = root.with_user(name);
            for (int count = 0; count < lines; ++count)
                own.info(name + " says " + std::to_string(count));
        });
    }
    for (std::thread& shard : shards)
        shard.join();
    log.reset();
    const std::string text = pipe.read_all();

    std::vector<int> said(threads, 0);
    std::size_t begin = 0;
    bool mixed = false;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
        const std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        const auto user = static_cast<std::size_t>(line.at(line.find("user=u") + 6) - '0');
        const std::string name = "u" + std::to_string(user);
        const std::string count = std::to_string(said.at(user)++);
        mixed = mixed || !line.ends_with("INFO  user=" + name + " " + name + " says " + count);
    }
    BOOST_TEST(!mixed);
    for (const int count : said)
        BOOST_TEST(count == lines);
}

BOOST_AUTO_TEST_CASE(a_log_that_ends_while_others_write_leaves_stdout_clean, *timeout(120)) {
    const dev_null nowhere;
    captured_stdout out;
    for (int round = 0; round < 20; ++round) {
        std::optional<logging> log;
        log.emplace(log_settings{.descriptor = nowhere.number}, fixed_clock);
        std::atomic<bool> over = false;
        std::latch writing(3);
        std::vector<std::thread> shards;
        for (int index = 0; index < 3; ++index) {
            shards.emplace_back([root = log->root(), &over, &writing] {
                for (std::uint64_t count = 0; !over; ++count) {
                    root.info(std::to_string(count));
                    if (count == 0)
                        writing.count_down();
                }
            });
        }
        writing.wait();
        log.reset();
        over = true;
        for (std::thread& shard : shards)
            shard.join();
    }
    BOOST_TEST(out.end().empty());
}

BOOST_AUTO_TEST_SUITE_END()
