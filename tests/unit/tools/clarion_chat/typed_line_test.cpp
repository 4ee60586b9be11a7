#include "tools/clarion-chat/typed_line.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

using namespace clarion::chat;

namespace {

template <class Kind>
bool is(std::string_view line) {
    return std::holds_alternative<Kind>(read_typed(line));
}

std::string message(std::string_view line) {
    return std::get<typed::message>(read_typed(line)).text;
}

typed::decision decision(std::string_view line) {
    return std::get<typed::decision>(read_typed(line));
}

std::string refusal(std::string_view line) {
    return std::get<typed::refused>(read_typed(line)).why;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(typed_lines)

BOOST_AUTO_TEST_CASE(a_line_is_a_message_as_it_stands) {
    BOOST_TEST(message("hello  there ") == "hello  there ");
    for (const char* command : {"/help", "/calc 6*7", "/approve rm", "/allowance", "/threads"})
        BOOST_TEST(message(command) == command);
    BOOST_TEST(message("::smile") == ":smile");
    for (const char* blank : {"", " ", "\t \t"})
        BOOST_TEST(is<typed::nothing>(blank));
}

BOOST_AUTO_TEST_CASE(a_decision_carries_its_note) {
    using verdict = typed::decision::verdict;
    BOOST_TEST((decision(":allow").is == verdict::allow));
    BOOST_TEST(decision(":allow").note.empty());
    BOOST_TEST((decision("/allow  just this once ").is == verdict::allow));
    BOOST_TEST(decision("/allow  just this once ").note == "just this once");
    BOOST_TEST((decision(":deny no: never").is == verdict::deny));
    BOOST_TEST(decision(":deny no: never").note == "no: never");
    BOOST_TEST((decision("/deny").is == verdict::deny));
}

BOOST_AUTO_TEST_CASE(a_colon_begins_what_the_client_does_itself) {
    BOOST_TEST(is<typed::list_threads>(":threads"));
    BOOST_TEST(is<typed::new_thread>(" :new "));
    BOOST_TEST(is<typed::cancel>(":cancel"));
    BOOST_TEST(is<typed::quit>(":quit"));
    BOOST_TEST(is<typed::help>(":help"));
    BOOST_TEST(std::get<typed::change_thread>(read_typed(":thread work")).thread_id == "work");
    BOOST_TEST(std::get<typed::change_thread>(read_typed(":thread")).thread_id.empty());
}

BOOST_AUTO_TEST_CASE(what_is_not_understood_is_not_sent) {
    BOOST_TEST(refusal(":nonsense").find("there is no :nonsense") == 0U);
    BOOST_TEST(refusal(":quit now").find(":quit takes nothing") == 0U);
    BOOST_TEST(refusal(":thread a b").find("no thread id") != std::string::npos);
    BOOST_TEST(refusal(":").find("there is no :") == 0U);
    BOOST_TEST(refusal("\xff").find("not UTF-8") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(help_names_each_command) {
    std::string_view help = typed_help();
    BOOST_TEST(help.ends_with('\n'));
    for (const char* word : {":allow", ":deny", ":cancel", ":threads", ":thread", ":new", ":quit"})
        BOOST_TEST(help.find(word) != std::string_view::npos, word);
}

BOOST_AUTO_TEST_SUITE_END()
