#include "tools/clarion-trace/run_command.hpp"

#include "core/trace/mark.hpp"
#include "core/trace/recording_file.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <unistd.h>

namespace {

using namespace clarion;
using namespace clarion::trace_tool;

class temporary_file {
public:
    explicit temporary_file(const std::string& content) {
        std::ofstream(path_, std::ios::binary) << content;
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() { std::filesystem::remove(path_); }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                  ("clarion_trace_test_" + std::to_string(::getpid()) + ".trace");
};

std::string recorded() {
    trace::forget_records();
    trace::set_level(trace::level::events);
    trace::mark("closed", "c_1");
    trace::mark("send", "c_1");
    trace::set_level(trace::level::live);
    const std::string bytes = trace::to_bytes(trace::take_recording());
    trace::forget_records();
    return bytes;
}

struct outcome {
    int status = 0;
    std::string out;
    std::string complaints;
};

outcome run_with(const command& wanted) {
    std::ostringstream out;
    std::ostringstream complaints;
    const int status = run(wanted, {out, complaints});
    return {status, out.str(), complaints.str()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_run_command)

BOOST_AUTO_TEST_CASE(a_recording_is_converted_and_linted) {
    const temporary_file file(recorded());
    command wanted;
    wanted.file = file.path();
    wanted.what = verb::lint;
    const outcome linted = run_with(wanted);
    BOOST_TEST(linted.status == 1);
    BOOST_TEST(linted.out.starts_with("send_after_close at tests/unit/tools/clarion_trace/"));
    BOOST_TEST(linted.out.find("1 findings in 2 records of program ") != std::string::npos);
    wanted.what = verb::convert;
    wanted.to = form::text;
    BOOST_TEST(run_with(wanted).out.find("MARK closed") != std::string::npos);
    wanted.to = form::chrome;
    wanted.out = file.path() + ".json";
    BOOST_TEST(run_with(wanted).status == 0);
    std::ifstream written(wanted.out);
    std::string first;
    std::getline(written, first);
    BOOST_TEST(first == "{\"traceEvents\":[");
    std::filesystem::remove(wanted.out);
}

BOOST_AUTO_TEST_CASE(what_is_no_recording_is_said_in_one_line) {
    const temporary_file file("no recording");
    command wanted;
    wanted.what = verb::lint;
    wanted.file = file.path();
    const outcome refused = run_with(wanted);
    BOOST_TEST(refused.status == 1);
    BOOST_TEST(
        refused.complaints ==
        "clarion-trace: " + file.path() + ": the file is no recording of clarion-trace, version 1\n"
    );
    wanted.file += ".none";
    BOOST_TEST(run_with(wanted).complaints.ends_with("cannot be read\n"));
    wanted.what = verb::ps;
    wanted.admin = "nowhere";
    BOOST_TEST(run_with(wanted).status == 2);
}

BOOST_AUTO_TEST_SUITE_END()
