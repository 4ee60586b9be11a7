#include "tools/clarion-chat/silence.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace std::chrono_literals;
using clarion::time_point;
using clarion::chat::silence;
using verdict = clarion::chat::silence::verdict;

namespace {

constexpr time_point at(clarion::duration since_start) {
    return time_point(since_start);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(silence_of_a_server)

BOOST_AUTO_TEST_CASE(is_asked_about_once_when_it_has_lasted_too_long) {
    silence quiet(at(0s));
    BOOST_TEST((quiet.judge(at(24s), 25s) == verdict::fine));
    BOOST_TEST((quiet.judge(at(25s), 25s) == verdict::ask));
    BOOST_TEST((quiet.judge(at(26s), 25s) == verdict::fine));
}

BOOST_AUTO_TEST_CASE(is_death_five_seconds_after_the_question) {
    silence quiet(at(0s));
    BOOST_TEST((quiet.judge(at(25s), 25s) == verdict::ask));
    BOOST_TEST((quiet.judge(at(29999ms), 25s) == verdict::fine));
    BOOST_TEST((quiet.judge(at(30s), 25s) == verdict::dead));
}

BOOST_AUTO_TEST_CASE(ends_with_whatever_comes) {
    silence quiet(at(0s));
    BOOST_TEST((quiet.judge(at(25s), 25s) == verdict::ask));
    quiet.heard(at(29s));
    BOOST_TEST((quiet.judge(at(40s), 25s) == verdict::fine));
    BOOST_TEST((quiet.judge(at(54s), 25s) == verdict::ask));
}

BOOST_AUTO_TEST_CASE(is_shorter_while_an_answer_is_awaited) {
    silence quiet(at(0s));
    BOOST_TEST((quiet.judge(at(5s), clarion::chat::awaited_quiet_time) == verdict::ask));
}

BOOST_AUTO_TEST_SUITE_END()
