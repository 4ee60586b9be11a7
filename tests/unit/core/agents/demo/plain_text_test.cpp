#include "core/agents/demo/plain_text.hpp"

#include "core/agents/demo/time_question.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace clarion::agents::demo::test {

namespace {

std::string kind_of(std::string_view text) {
    const command understood = understand(text);
    if (const auto* asked = std::get_if<calculate>(&understood))
        return "calc " + asked->expression;
    if (const auto* asked = std::get_if<search>(&understood))
        return "search " + asked->query;
    if (const auto* asked = std::get_if<measure_text>(&understood))
        return asked->text == text ? "measure" : "measure something else";
    return std::holds_alternative<tell_time>(understood) ? "time" : "command";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_text)

BOOST_AUTO_TEST_CASE(a_leading_search_wins_over_arithmetic_and_arithmetic_over_time) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"what is (17+3)*2.5?", "calc (17+3)*2.5"},
        {"search 17+3", "search 17+3"},
        {"find what time it is", "search what time it is"},
        {"What time is it in 2+2 hours?", "calc 2+2"},
        {"what time is it?", "time"},
        {"Can you search for whales?", "measure"},
        {"hello there", "measure"},
        {"", "measure"},
        {"   ", "measure"},
        {" /time", "time"},
        {"see /story 5", "measure"},
        {"/nothing 1+1", "command"},
    };
    for (const auto& [text, expected] : table)
        BOOST_TEST(kind_of(text) == expected, text << " was " << kind_of(text));
}

BOOST_AUTO_TEST_CASE(what_is_searched_stands_behind_the_leading_word) {
    const std::vector<std::pair<std::string, std::string>> table{
        {"search blue whale", "blue whale"},
        {"Search for blue whale.", "blue whale"},
        {"SEARCH: whale", "whale"},
        {"search for: whale", "whale"},
        {"  find\n  ants  ", "ants"},
        {"Find \"Ada Lovelace\"?", "Ada Lovelace"},
        {"please find “Ada”", "Ada"},
        {"Please, search for 'x'!", "x"},
        {"find forty", "forty"},
        {"search search", "search"},
        {"find 3.14", "3.14"},
    };
    for (const auto& [text, expected] : table) {
        const auto found = searched_text(text);
        BOOST_TEST(found.value_or("nothing") == expected, text << " was " << found.value_or("-"));
    }
    for (const char* text :
         {"search",
          "find ",
          "search for",
          "find?",
          "searching whales",
          "findings",
          "I search whales",
          "find-it",
          "",
          "please"})
        BOOST_TEST(!searched_text(text), text);
}

BOOST_AUTO_TEST_CASE(questions_about_time_and_date_are_known) {
    for (const char* text :
         {"what time is it?",
          "What time is it",
          "what's the time?",
          "What\u2019s the time",
          "whats the time now",
          "tell me the time",
          "Tell me the current time, please.",
          "what is the date?",
          "What's today's date?",
          "which day is it today?",
          "what day is it",
          "do you know what time it is?",
          "could you tell me what day of the week it is?",
          "time",
          "Time?",
          "date please",
          "the time and date",
          "current date",
          "What year is it?",
          "what is the time in UTC?",
          "is it still Monday? what day is it?",
          "what is today?",
          "give me the unix timestamp",
          "Hi! What time is it?",
          "I need the time."})
        BOOST_TEST(asks_for_time(text), text);
}

BOOST_AUTO_TEST_CASE(talking_about_time_is_no_question_for_it) {
    for (const char* text :
         {"",
          "?",
          "hello",
          "I had a good time",
          "how many times did you try?",
          "it was the best of times, it was the worst of times",
          "do you remember the time we met?",
          "time flies",
          "date night was fun",
          "Is timing important?",
          "We ran out of the time we had planned for this whole thing.",
          "update the timeline",
          "what is an update?",
          "my birthday is in May"})
        BOOST_TEST(!asks_for_time(text), text);
    BOOST_TEST(!asks_for_time("what time is it? " + std::string(300, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::demo::test
