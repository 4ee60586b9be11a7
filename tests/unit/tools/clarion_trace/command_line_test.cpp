#include "tools/clarion-trace/command_line.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

namespace {

using namespace clarion::trace_tool;

std::variant<command, told> parsed(std::vector<const char*> words) {
    words.insert(words.begin(), "clarion-trace");
    return parse(static_cast<int>(words.size()), words.data());
}

int status_of(const std::vector<const char*>& words) {
    const auto found = parsed(words);
    const auto* said = std::get_if<told>(&found);
    return said == nullptr ? -1 : said->exit_status;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trace_command_line)

BOOST_AUTO_TEST_CASE(each_verb_is_understood) {
    const auto tree = std::get<command>(parsed({"tree", "--tag", "r_1", "--admin", "[::1]:9"}));
    BOOST_TEST((tree.what == verb::tree));
    BOOST_TEST(tree.tag == "r_1");
    BOOST_TEST(tree.admin == "[::1]:9");
    const auto ps = std::get<command>(parsed({"ps"}));
    BOOST_TEST((ps.what == verb::ps));
    BOOST_TEST(ps.admin == "127.0.0.1:8081");
    const auto record = std::get<command>(parsed({"record", "5", "a.trace"}));
    BOOST_TEST((record.what == verb::record));
    BOOST_TEST(record.seconds.value_or(0) == 5U);
    BOOST_TEST(record.file == "a.trace");
    const auto dump = std::get<command>(parsed({"dump", "a.trace"}));
    BOOST_TEST((dump.what == verb::dump && !dump.seconds));
    const auto level = std::get<command>(parsed({"level", "events"}));
    BOOST_TEST(level.level == "events");
    const auto convert = std::get<command>(parsed({"convert", "a.trace", "--to", "text"}));
    BOOST_TEST((convert.what == verb::convert && convert.to == form::text));
    const auto lint = std::get<command>(parsed({"lint", "a.trace", "--long-turn-ms", "7"}));
    BOOST_TEST(lint.lints.long_turn_ns == 7'000'000U);
    BOOST_TEST(lint.lints.overdue_ns == 30'000'000'000U);
}

BOOST_AUTO_TEST_CASE(scenarios_are_explored_and_replayed) {
    const auto list = std::get<command>(parsed({"scenarios"}));
    BOOST_TEST((list.what == verb::scenarios && plays_scenarios(list.what)));
    const auto all = std::get<command>(parsed({"explore", "all"}));
    BOOST_TEST((all.what == verb::explore && !all.policy));
    BOOST_TEST(all.scenario == "all");
    BOOST_TEST(all.seed == 1U);
    BOOST_TEST(all.runs == 1000U);
    const auto some = std::get<command>(
        parsed({"explore", "cancel", "--runs", "20", "--first-seed", "7", "--policy", "pct"})
    );
    BOOST_TEST((some.policy == clarion::sim::policy::pct));
    BOOST_TEST(some.seed == 7U);
    BOOST_TEST(some.runs == 20U);
    const auto again = std::get<command>(parsed({"replay", "cancel", "0", "--out", "a.txt"}));
    BOOST_TEST((again.what == verb::replay));
    BOOST_TEST(again.seed == 0U);
    BOOST_TEST(again.out == "a.txt");
    const auto lint = std::get<command>(parsed({"lint", "a.trace"}));
    BOOST_TEST(!plays_scenarios(lint.what));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_usage_and_help_is_not) {
    BOOST_TEST(status_of({}) == 2);
    BOOST_TEST(status_of({"walk"}) == 2);
    BOOST_TEST(status_of({"record", "0", "a.trace"}) == 2);
    BOOST_TEST(status_of({"record", "5"}) == 2);
    BOOST_TEST(status_of({"level", "loud"}) == 2);
    BOOST_TEST(status_of({"convert", "a.trace"}) == 2);
    BOOST_TEST(status_of({"convert", "a.trace", "--to", "pdf"}) == 2);
    BOOST_TEST(status_of({"explore"}) == 2);
    BOOST_TEST(status_of({"explore", "all", "--policy", "luck"}) == 2);
    BOOST_TEST(status_of({"replay", "cancel"}) == 2);
    BOOST_TEST(status_of({"--help"}) == 0);
    BOOST_TEST(status_of({"tree", "--help"}) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
