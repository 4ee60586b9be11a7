#include "core/agents/model/title_question.hpp"

#include "core/protocol/utf8.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using clarion::agents::model::title_in;

BOOST_AUTO_TEST_SUITE(title_questions)

BOOST_AUTO_TEST_CASE(a_title_is_what_is_left_of_an_answer_without_its_wrapping) {
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"Plain title", "Plain title"},
        {"  \n\n\"Quoted title.\"\nAnd a reason for it.", "Quoted title"},
        {"## **Bold heading**", "Bold heading"},
        {"Title: The label", "The label"},
        {"**TITLE:** \u201cThe label\u201d", "The label"},
        {"\u201eDeutsche Zeichen\u201c.", "Deutsche Zeichen"},
        {"\u6771\u4eac\u306e\u5929\u6c17\u3002", "\u6771\u4eac\u306e\u5929\u6c17"},
        {"What is C#?", "What is C#?"},
        {"To be continued...", "To be continued..."},
        {"Titles of nobility", "Titles of nobility"},
        {"Windows lines\r\nmore", "Windows lines"},
        {"\"\"\n''\nAt last", "At last"},
        {" \t\n\"\"", ""},
        {".", ""},
        {"", ""},
    };
    for (const auto& [said, title] : rows)
        BOOST_TEST(title_in(said) == title, "of " << said);
}

BOOST_AUTO_TEST_CASE(a_long_title_is_cut_between_words_and_characters) {
    const std::string word = "wording ";
    std::string many;
    for (int count = 0; count < 20; ++count)
        many += word;
    BOOST_TEST(title_in(many) == "wording wording wording wording wording wording wording");
    const std::string one(100, 'x');
    BOOST_TEST(title_in(one) == std::string(60, 'x'));
    BOOST_TEST(title_in("a " + one).size() == 60U);
    std::string wide;
    for (int count = 0; count < 100; ++count)
        wide += "\u6771";
    BOOST_TEST(title_in(wide).size() == 180U);
    BOOST_TEST(clarion::protocol::is_utf8(title_in(wide)));
    BOOST_TEST(title_in(std::string(60, 'y')) == std::string(60, 'y'));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_end_a_title) {
    BOOST_TEST(title_in("Half\xff of it") == "Half");
    BOOST_TEST(title_in("\xe6\x9d") == "");
}

BOOST_AUTO_TEST_SUITE_END()
