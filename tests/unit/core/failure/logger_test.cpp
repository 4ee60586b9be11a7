#include "core/failure/logger.hpp"

#include "tests/unit/core/failure/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>

using clarion::failure::captured_log;
using clarion::failure::context;
using clarion::failure::log_sink;
using clarion::failure::logger;
using clarion::failure::severity;
using clarion::failure::shared_context;

namespace {

class errors_only final : public log_sink {
public:
    bool wants(severity how) const noexcept override { return how >= severity::error; }
    void write(severity, const shared_context&, std::string_view) override { ++written; }
    int written = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(logger_values)

BOOST_AUTO_TEST_CASE(a_logger_without_a_sink_is_silent) {
    const logger silent;
    silent.critical("nobody hears this");
    silent.with_user("ada").error("nor this");
    BOOST_TEST((silent.about() == context{}));
}

BOOST_AUTO_TEST_CASE(each_method_writes_its_own_severity) {
    const auto log = std::make_shared<captured_log>();
    const logger out(log);
    out.debug("1");
    out.info("2");
    out.warning("3");
    out.error("4");
    out.critical("5");
    const auto lines = log->lines();
    BOOST_TEST_REQUIRE(lines.size() == 5U);
    BOOST_TEST((lines[0].how == severity::debug && lines[0].message == "1"));
    BOOST_TEST((lines[1].how == severity::info && lines[1].message == "2"));
    BOOST_TEST((lines[2].how == severity::warning && lines[2].message == "3"));
    BOOST_TEST((lines[3].how == severity::error && lines[3].message == "4"));
    BOOST_TEST((lines[4].how == severity::critical && lines[4].message == "5"));
}

BOOST_AUTO_TEST_CASE(enriched_copies_carry_their_context_and_leave_the_original_alone) {
    const auto log = std::make_shared<captured_log>();
    const logger process(log);
    const logger session = process.with_connection("c_1").with_user("ada");
    const logger run = session.with_thread("t1").with_run("r_1");
    run.info("run");
    session.info("session");
    process.info("process");
    const auto lines = log->lines();
    BOOST_TEST_REQUIRE(lines.size() == 3U);
    BOOST_TEST((lines[0].about == context{"c_1", "ada", "t1", "r_1"}));
    BOOST_TEST((lines[1].about == context{"c_1", "ada", "", ""}));
    BOOST_TEST((lines[2].about == context{}));
}

BOOST_AUTO_TEST_CASE(interleaved_users_on_one_thread_never_meet) {
    const auto log = std::make_shared<captured_log>();
    const logger ada = logger(log).with_user("ada");
    const logger bob = logger(log).with_user("bob");
    ada.info("a");
    bob.info("b");
    ada.info("a");
    for (const auto& line : log->lines())
        BOOST_TEST(line.about.user_id == (line.message == "a" ? "ada" : "bob"));
}

BOOST_AUTO_TEST_CASE(a_logger_about_something_else_keeps_its_sink) {
    const auto log = std::make_shared<captured_log>();
    const logger other = logger(log).with_user("ada").with({.thread_id = "t2"});
    other.info("x");
    const auto lines = log->lines();
    BOOST_TEST_REQUIRE(lines.size() == 1U);
    BOOST_TEST((lines[0].about == context{"", "", "t2", ""}));
}

BOOST_AUTO_TEST_CASE(what_the_sink_does_not_want_is_not_written) {
    const auto sink = std::make_shared<errors_only>();
    const logger out(sink);
    out.warning("no");
    out.error("yes");
    out.critical("yes");
    BOOST_TEST(sink->written == 2);
}

BOOST_AUTO_TEST_SUITE_END()
