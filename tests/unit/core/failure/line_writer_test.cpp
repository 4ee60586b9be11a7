#include "core/failure/line_writer.hpp"

#include "tests/unit/core/failure/test_pipe.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using boost::unit_test::timeout;
using clarion::failure::line_writer;
using clarion::failure::test_pipe;

namespace {

struct file_closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// A write to a pipe without a reader is an error, not the end of the tests.
class sigpipe_ignored {
public:
    sigpipe_ignored() : before_(std::signal(SIGPIPE, SIG_IGN)) {}
    sigpipe_ignored(const sigpipe_ignored&) = delete;
    sigpipe_ignored& operator=(const sigpipe_ignored&) = delete;
    ~sigpipe_ignored() { std::signal(SIGPIPE, before_); }

private:
    void (*before_)(int);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(line_writer_to_a_descriptor)

BOOST_AUTO_TEST_CASE(lines_arrive_whole_and_in_order) {
    test_pipe pipe;
    line_writer writer(pipe.writing());
    std::string expected;
    for (int number = 0; number < 1000; ++number) {
        const std::string line = "line " + std::to_string(number) + "\n";
        writer.put(line);
        expected += line;
    }
    BOOST_TEST(writer.flush() == 0U);
    BOOST_TEST(pipe.read_until("line 999\n") == expected);
}

BOOST_AUTO_TEST_CASE(a_line_longer_than_the_pipe_arrives_when_somebody_reads, *timeout(60)) {
    test_pipe pipe;
    const std::string line = std::string(300'000, 'x') + "\n";
    std::uint64_t lost = 1;
    std::thread writing([&] {
        line_writer writer(pipe.writing());
        writer.put(line);
        lost = writer.flush();
    });
    const std::string got = pipe.read_until("\n");
    writing.join();
    BOOST_TEST((got == line));
    BOOST_TEST(lost == 0U);
}

BOOST_AUTO_TEST_CASE(an_abandoned_writer_loses_what_has_no_room, *timeout(60)) {
    test_pipe pipe;
    pipe.fill();
    line_writer writer(pipe.writing());
    writer.abandon();
    writer.put("one\n");
    writer.put("two\n");
    BOOST_TEST(writer.flush() == 2U);
    BOOST_TEST(writer.flush() == 0U);
}

BOOST_AUTO_TEST_CASE(abandoning_ends_a_wait_that_has_begun, *timeout(60)) {
    test_pipe pipe;
    pipe.fill();
    line_writer writer(pipe.writing());
    std::uint64_t lost = 0;
    std::thread writing([&] {
        writer.put("one\n");
        lost = writer.flush();
    });
    writer.abandon();
    writing.join();
    BOOST_TEST(lost == 1U);
}

BOOST_AUTO_TEST_CASE(an_abandoned_writer_still_writes_what_has_room) {
    test_pipe pipe;
    line_writer writer(pipe.writing());
    writer.abandon();
    writer.put("one\n");
    BOOST_TEST(writer.flush() == 0U);
    BOOST_TEST(pipe.read_some() == "one\n");
}

BOOST_AUTO_TEST_CASE(after_a_line_was_cut_the_next_begins_on_its_own, *timeout(60)) {
    test_pipe pipe;
    line_writer writer(pipe.writing());
    writer.abandon();
    writer.put(std::string(300'000, 'x') + "\n");
    BOOST_TEST(writer.flush() == 1U);
    writer.put("no room either\n");
    BOOST_TEST(writer.flush() == 1U);
    std::size_t cut_bytes = 0;
    while (cut_bytes < 65'536)
        cut_bytes += pipe.read_some().size();
    writer.put("next\n");
    BOOST_TEST(writer.flush() == 0U);
    BOOST_TEST(pipe.read_some() == "\nnext\n");
    writer.put("after\n");
    BOOST_TEST(writer.flush() == 0U);
    BOOST_TEST(pipe.read_some() == "after\n");
}

BOOST_AUTO_TEST_CASE(without_a_reader_lines_are_lost_and_counted, *timeout(60)) {
    const sigpipe_ignored during_the_test;
    test_pipe pipe;
    line_writer writer(pipe.writing());
    pipe.close_reading();
    writer.put("one\n");
    writer.put("two\n");
    BOOST_TEST(writer.flush() == 2U);
}

BOOST_AUTO_TEST_CASE(without_a_descriptor_lines_are_lost_and_counted, *timeout(60)) {
    line_writer writer(-1);
    writer.put("one\n");
    BOOST_TEST(writer.flush() == 1U);
}

// Under systemd stderr is a socket, which cannot be opened again: its writes may block.
BOOST_AUTO_TEST_CASE(a_socket_that_nobody_reads_never_holds_a_write, *timeout(60)) {
    int ends[2] = {-1, -1};
    BOOST_TEST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    {
        line_writer writer(ends[0]);
        writer.abandon();
        writer.put(std::string(4'000'000, 'x') + "\n");
        BOOST_TEST(writer.flush() == 1U);
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(the_flags_of_the_given_descriptor_stay_and_its_own_never_blocks) {
    test_pipe pipe;
    const int before = ::fcntl(pipe.writing(), F_GETFL);
    const int lowest_free = ::dup(pipe.writing());
    ::close(lowest_free);
    const line_writer writer(pipe.writing());
    BOOST_TEST(::fcntl(pipe.writing(), F_GETFL) == before);
    BOOST_TEST((::fcntl(lowest_free, F_GETFL) & O_NONBLOCK) != 0);
    BOOST_TEST((::fcntl(lowest_free, F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(a_file_goes_on_where_it_stood) {
    const std::unique_ptr<std::FILE, file_closer> file(std::tmpfile());
    const int descriptor = ::fileno(file.get());
    BOOST_TEST_REQUIRE(::write(descriptor, "before\n", 7) == 7);
    {
        line_writer writer(descriptor);
        writer.put("after\n");
        BOOST_TEST(writer.flush() == 0U);
    }
    std::string text(64, '\0');
    const ssize_t bytes = ::pread(descriptor, text.data(), text.size(), 0);
    BOOST_TEST_REQUIRE(bytes >= 0);
    text.resize(static_cast<std::size_t>(bytes));
    BOOST_TEST(text == "before\nafter\n");
}

BOOST_AUTO_TEST_SUITE_END()
