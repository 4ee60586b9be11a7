#include "app/config/token_command.hpp"

#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace clarion::app::test {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<std::string> with(std::vector<std::string> more) {
    std::vector<std::string> words{"token", "--secret-file", "s", "--user", "ada"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

command::make_token asked_for(const std::vector<std::string>& words) {
    const any_command asked = parse_command_line(words, {});
    const auto* token = std::get_if<command::make_token>(&asked);
    BOOST_REQUIRE_MESSAGE(token != nullptr, fault_of(words, {}));
    return *token;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_command)

BOOST_AUTO_TEST_CASE(a_time_to_live_is_a_number_and_a_unit_within_a_second_and_a_year) {
    const std::pair<const char*, seconds> good[] = {
        {"1s", seconds(1)},
        {"90s", seconds(90)},
        {"15m", minutes(15)},
        {"1h", hours(1)},
        {"7d", hours(168)},
        {"366d", hours(366 * 24)},
        {"31622400s", seconds(31622400)},
    };
    for (const auto& [spelled, time] : good)
        BOOST_TEST((parse_ttl(spelled) == time), spelled);
    for (const char* wrong :
         {"",
          "h",
          "1",
          "0s",
          "-1h",
          "+1h",
          "1.5h",
          "1H",
          "1h ",
          " 1h",
          "1hh",
          "1w",
          "367d",
          "31622401s",
          "9223372036854775807d",
          "99999999999999999999s"})
        BOOST_TEST(!parse_ttl(wrong).has_value(), wrong);
}

BOOST_AUTO_TEST_CASE(flags_say_what_the_token_is_to_say) {
    const auto token =
        asked_for(with({"--ttl=15m", "--issuer", "us", "--audience", "here and there"}));
    BOOST_TEST(token.secret_file == "s");
    BOOST_TEST(token.user == "ada");
    BOOST_TEST((token.ttl == minutes(15)));
    BOOST_TEST(token.issuer == "us");
    BOOST_TEST(token.audience == "here and there");
}

BOOST_AUTO_TEST_CASE(without_a_time_it_lives_an_hour_and_says_no_more_than_it_must) {
    const auto token = asked_for(with({}));
    BOOST_TEST((token.ttl == hours(1)));
    BOOST_TEST(token.issuer == "");
    BOOST_TEST(token.audience == "");
}

BOOST_AUTO_TEST_CASE(the_first_fault_is_named) {
    using words = std::vector<std::string>;
    const std::pair<words, std::string> faults[] = {
        {{"token"}, "clarion token needs --secret-file"},
        {{"token", "--secret-file", "s"}, "clarion token needs --user"},
        {{"token", "--secret-file"}, "--secret-file needs a value"},
        {{"token", "--secret-file", "--user", "ada"}, "--secret-file needs a value"},
        {with({"--ttl="}), "--ttl needs a value"},
        {with({"--ttl", "1w"}),
         "--ttl: \"1w\" is not a time such as 90s, 15m, 1h or 7d, from 1s to 366d"},
        {with({"--user", "bob"}), "--user is given more than once"},
        {with({"--listen", "x"}),
         "\"--listen\" is not a flag of clarion token (clarion token "
         "--help)"},
        {with({"more"}), "\"more\" is not a flag of clarion token (clarion token --help)"},
        {{"token", "--secret-file", "s", "--user", "a b"},
         "--user: \"a b\" is not 1 to 128 of A-Z a-z 0-9 _ . : -"},
        {with({"--issuer", "\xFF"}), "--issuer is not valid UTF-8"},
    };
    for (const auto& [given, fault] : faults)
        BOOST_TEST(fault_of(given, {}) == fault);
}

BOOST_AUTO_TEST_CASE(it_has_a_help_of_its_own) {
    const any_command asked = parse_command_line({"token", "--help"}, {});
    BOOST_REQUIRE(std::holds_alternative<command::help>(asked));
    const std::string& text = std::get<command::help>(asked).text;
    for (const char* flag : {"--secret-file", "--user", "--ttl", "--issuer", "--audience"})
        BOOST_TEST(text.find(flag) != std::string::npos, flag);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
