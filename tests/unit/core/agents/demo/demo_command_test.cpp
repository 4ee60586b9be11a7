#include "core/agents/demo/demo_command.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace clarion::agents::demo::test {

namespace {

/// A command as one line, to compare in tables.
struct as_text {
    std::string operator()(const calculate& is) const { return "calc <" + is.expression + ">"; }
    std::string operator()(const tell_time&) const { return "time"; }
    std::string operator()(const search& is) const { return "search <" + is.query + ">"; }
    std::string operator()(const measure_text& is) const { return "measure <" + is.text + ">"; }
    std::string operator()(const tell_story& is) const {
        const auto ms = std::chrono::duration_cast<milliseconds>(is.pause).count();
        return "story " + std::to_string(is.words_count) + " " + std::to_string(ms);
    }
    std::string operator()(const call_tools& is) const {
        return "tools " + std::to_string(is.calls_count);
    }
    std::string operator()(const fail&) const { return "fail"; }
    std::string operator()(const throw_exception&) const { return "throw"; }
    std::string operator()(const hang&) const { return "hang"; }
    std::string operator()(const ask_approval& is) const { return "approve <" + is.text + ">"; }
    std::string operator()(const report& is) const { return "report <" + is.text + ">"; }
    std::string operator()(const hand_off&) const { return "hand off"; }
    std::string operator()(const think& is) const {
        return "think " + std::to_string(is.steps_count);
    }
    std::string operator()(const help& is) const { return is.problem.empty() ? "help" : "wrong"; }
};

std::string parsed(std::string_view text) {
    return std::visit(as_text(), parse_command(text));
}

std::string problem_with(std::string_view text) {
    return std::get<help>(parse_command(text)).problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_command_)

BOOST_AUTO_TEST_CASE(each_command_is_read_with_its_arguments) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"/calc 1 + 2", "calc <1 + 2>"},
        {"/calc\t(1+2)\n*3", "calc <(1+2)\n*3>"},
        {"/time", "time"},
        {"  /time \n", "time"},
        {"/search blue whale", "search <blue whale>"},
        {"/search for \"x\"?", "search <for \"x\"?>"},
        {"/story 1", "story 1 100"},
        {"/story 40000 0", "story 40000 0"},
        {"/story  12   250 ", "story 12 250"},
        {"/story 3 600000", "story 3 600000"},
        {"/tools 1", "tools 1"},
        {"/tools 64", "tools 64"},
        {"/fail", "fail"},
        {"/approve send it", "approve <send it>"},
        {"/report on ants ", "report <on ants>"},
        {"/handoff", "hand off"},
        {"/throw", "throw"},
        {"/hang", "hang"},
        {"/think 1", "think 1"},
        {"/think 100", "think 100"},
        {"/help", "help"},
        {"/help me please", "help"},
    };
    for (const auto& [text, expected] : table)
        BOOST_TEST(parsed(text) == expected, text << " was " << parsed(text));
}

BOOST_AUTO_TEST_CASE(what_is_unknown_or_malformed_is_help_with_the_problem) {
    for (const char* text :
         {"/",
          "/ ",
          "//",
          "/what",
          "/Time",
          "/timex",
          "/calc",
          "/calc  ",
          "/time now",
          "/search",
          "/search \n",
          "/story",
          "/story 0",
          "/story 40001",
          "/story x",
          "/story 5 x",
          "/story 5 -1",
          "/story 5 600001",
          "/story 5 1 1",
          "/story -5",
          "/story +5",
          "/story 5.0",
          "/story 5ms",
          "/story 99999999999999999999999",
          "/tools",
          "/tools 0",
          "/tools 65",
          "/tools two",
          "/tools 2 3",
          "/fail now",
          "/throw 1",
          "/hang 3",
          "/approve",
          "/report",
          "/handoff now",
          "/think",
          "/think 0",
          "/think 101",
          "/think 1 2"})
        BOOST_TEST(parsed(text) == "wrong", text << " was " << parsed(text));
}

BOOST_AUTO_TEST_CASE(the_problem_names_the_command_and_its_form) {
    BOOST_TEST(problem_with("/dance now") == "There is no command /dance.");
    BOOST_TEST(
        problem_with("/tools  many") ==
        "I do not understand \"/tools many\": it is /tools N and calls text_stats N times "
        "(1 to 64) in parallel."
    );
    BOOST_TEST(problem_with("/" + std::string(30000, 'x')).size() < 200U);
}

BOOST_AUTO_TEST_CASE(help_lists_each_command_that_can_be_parsed_and_no_other) {
    for (const char* usage :
         {"/calc EXPR",
          "/time",
          "/search TEXT",
          "/story N [MS]",
          "/tools N",
          "/fail",
          "/throw",
          "/hang",
          "/approve TEXT",
          "/report TEXT",
          "/handoff",
          "/think N",
          "/help"})
        BOOST_TEST(help_text().find("\n" + std::string(usage) + ": ") != std::string::npos, usage);
    BOOST_TEST(std::ranges::count(help_text(), '\n') == 13);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::demo::test
