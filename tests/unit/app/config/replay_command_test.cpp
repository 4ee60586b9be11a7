#include "app/config/replay_command.hpp"

#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

namespace clarion::app::test {

namespace {

command::replay replay_of(std::vector<std::string> words) {
    words.insert(words.begin(), "replay");
    const any_command asked = parse_command_line(words, at_home());
    if (const auto* const fault = std::get_if<command::usage_error>(&asked))
        BOOST_ERROR(fault->line);
    const auto* const found = std::get_if<command::replay>(&asked);
    BOOST_REQUIRE(found != nullptr);
    return *found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replay_command)

BOOST_AUTO_TEST_CASE(a_thread_is_named_by_its_user_and_id_and_settings_are_those_of_serve) {
    const command::replay asked =
        replay_of({"--user", "ada", "--data", "/d", "--thread=t1", "--listen", "127.0.0.1:9"});
    BOOST_TEST(asked.thread.user_id == "ada");
    BOOST_TEST(asked.thread.thread_id == "t1");
    BOOST_TEST(!asked.run_id.has_value());
    BOOST_TEST(asked.speed == 1.0);
    BOOST_TEST(asked.with.server.data == "/d");
    BOOST_TEST(asked.with.server.listen == "127.0.0.1:9");
}

BOOST_AUTO_TEST_CASE(a_run_and_a_speed_may_be_named) {
    const command::replay asked =
        replay_of({"--user", "ada", "--thread", "t", "--run", "r_1", "--speed", "2.5"});
    BOOST_TEST(asked.run_id.value() == "r_1");
    BOOST_TEST(asked.speed == 2.5);
    BOOST_TEST(replay_of({"--user", "a", "--thread", "t", "--speed", "1e6"}).speed == 1e6);
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_wrong_is_named) {
    const std::pair<std::vector<std::string>, std::string> rows[] = {
        {{}, "clarion replay needs --user"},
        {{"--user", "ada"}, "clarion replay needs --thread"},
        {{"--user"}, "--user needs a value"},
        {{"--user", "a", "--user", "b"}, "--user is given more than once"},
        {{"--user", "a b", "--thread", "t"},
         "--user: \"a b\" is not 1 to 128 of A-Z a-z 0-9 _ . : -"},
        {{"--user", "a", "--thread", "t", "--speed", "fast"},
         "--speed: \"fast\" is not a number from 0.001 to 1000000"},
        {{"--user", "a", "--thread", "t", "--speed", "0"},
         "--speed: \"0\" is not a number from 0.001 to 1000000"},
        {{"--user", "a", "--thread", "t", "--speed", "-1"},
         "--speed: \"-1\" is not a number from 0.001 to 1000000"},
        {{"--user", "a", "--thread", "t", "--speed", "nan"},
         "--speed: \"nan\" is not a number from 0.001 to 1000000"},
        {{"--user", "a", "--thread", "t", "--speed", "2x"},
         "--speed: \"2x\" is not a number from 0.001 to 1000000"},
        {{"--user", "a", "--thread", "t", "--run", "a b"},
         "--run: \"a b\" is not 1 to 128 of A-Z a-z 0-9 _ . : -"},
        {{"--user", "a", "--thread", "t", "--admin", "127.0.0.1:0"},
         "--admin has no effect on clarion replay: leave it out"},
        {{"--user", "a", "--thread", "t", "--shards=2"},
         "--shards has no effect on clarion replay: leave it out"},
        {{"--user", "a", "--thread", "t", "--data", ":memory:"},
         "--data: :memory: leaves no log behind to be replayed"},
        {{"--user", "a", "--thread", "t", "--listen", "x"}, "--listen: \"x\" is not HOST:PORT"},
        {{"--user", "a", "--thread", "t", "more"}, "\"more\" is one word too many"},
    };
    for (const auto& [given, line] : rows) {
        std::vector<std::string> words = given;
        words.insert(words.begin(), "replay");
        BOOST_TEST(fault_of(words) == line);
    }
}

BOOST_AUTO_TEST_CASE(it_has_no_admin_listener_and_no_echo_whatever_is_configured) {
    const written_file file("[server]\nadmin = \"127.0.0.1:9\"\nenable_echo = true\n");
    const command::replay asked =
        replay_of({"--user", "a", "--thread", "t", "--config", file.path()});
    BOOST_TEST(asked.with.server.admin == "");
    BOOST_TEST(!asked.with.server.enable_echo);
}

BOOST_AUTO_TEST_CASE(help_is_help) {
    const any_command asked = parse_command_line({"replay", "--help"}, at_home());
    BOOST_REQUIRE(std::holds_alternative<command::help>(asked));
    const std::string& text = std::get<command::help>(asked).text;
    for (const char* flag : {"--data", "--user", "--thread", "--run", "--speed", "--listen"})
        BOOST_TEST(text.find(flag) != std::string::npos, flag);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
