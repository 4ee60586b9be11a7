#include "core/failure/repeat_fold.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using clarion::failure::context;
using clarion::failure::log_entry;
using clarion::failure::repeat_fold;
using clarion::failure::severity;

namespace {

/// Feeds entries to a fold with a window of a second; writes down what comes out.
struct folded {
    repeat_fold fold{1000};
    std::vector<log_entry> out;

    void say(
        std::int64_t ms,
        std::string message,
        std::string user = "ada",
        severity how = severity::info
    ) {
        auto about = std::make_shared<const context>(context{.user_id = std::move(user)});
        fold.feed({ms, how, std::move(about), std::move(message)}, out);
    }
    /// "message@time" or "message*repeated@time", separated by spaces.
    std::string story() const {
        std::string text;
        for (const log_entry& entry : out) {
            text += text.empty() ? "" : " ";
            text += entry.message;
            text += entry.repeated > 0 ? "*" + std::to_string(entry.repeated) : "";
            text += "@" + std::to_string(entry.unix_ms);
        }
        return text;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(repeated_entries)

BOOST_AUTO_TEST_CASE(different_entries_pass_as_they_come) {
    folded log;
    log.say(1, "a");
    log.say(2, "b");
    log.say(3, "a");
    BOOST_TEST(log.story() == "a@1 b@2 a@3");
    BOOST_TEST(!log.fold.holds());
}

BOOST_AUTO_TEST_CASE(equal_entries_become_one_and_a_count_before_the_next_different_one) {
    folded log;
    log.say(1, "a");
    log.say(2, "a");
    log.say(3, "a");
    BOOST_TEST(log.story() == "a@1");
    BOOST_TEST(log.fold.holds());
    log.say(4, "b");
    BOOST_TEST(log.story() == "a@1 a*2@3 b@4");
    BOOST_TEST(!log.fold.holds());
}

BOOST_AUTO_TEST_CASE(another_context_or_severity_is_not_a_repetition) {
    folded log;
    log.say(1, "a", "ada");
    log.say(2, "a", "bob");
    log.say(3, "a", "bob", severity::error);
    BOOST_TEST(log.story() == "a@1 a@2 a@3");
}

BOOST_AUTO_TEST_CASE(a_flush_writes_the_count_and_forgets_the_entry) {
    folded log;
    log.say(1, "a");
    log.say(2, "a");
    log.fold.flush(log.out);
    BOOST_TEST(!log.fold.holds());
    log.fold.flush(log.out);
    log.say(3, "a");
    BOOST_TEST(log.story() == "a@1 a*1@2 a@3");
}

BOOST_AUTO_TEST_CASE(an_endless_repetition_is_told_once_a_window) {
    folded log;
    for (std::int64_t ms = 0; ms <= 2000; ms += 100)
        log.say(ms, "a");
    BOOST_TEST(log.story() == "a@0 a*9@900 a@1000 a*9@1900 a@2000");
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_ends_the_window) {
    folded log;
    log.say(5000, "a");
    log.say(10, "a");
    BOOST_TEST(log.story() == "a@5000 a@10");
}

BOOST_AUTO_TEST_SUITE_END()
