#include "core/agents/demo/time_question.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace clarion::agents::demo {

namespace {

// Longer messages are about something else; it also bounds the work.
constexpr std::size_t question_bytes_max = 300;
// So few words that name the time are a question without saying so.
constexpr std::size_t short_words_max = 5;

struct question_words {
    std::vector<std::string> words;
    bool has_question_mark = false;
};

/// Lower case, apostrophes left out, a "." for each end of a sentence.
question_words words_of(std::string_view text) {
    question_words found;
    std::string word;
    const auto end_word = [&] {
        if (!word.empty())
            found.words.push_back(std::exchange(word, {}));
    };
    for (const char c : text) {
        const bool is_upper = c >= 'A' && c <= 'Z';
        if (is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            word += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
        } else if (c == '\'' || static_cast<unsigned char>(c) >= 0x80) {
            // ' and the bytes of ’ hold "what's" together.
        } else {
            end_word();
            found.has_question_mark |= c == '?';
            if (c == '?' || c == '!' || c == '.' || c == ',' || c == '\n')
                found.words.emplace_back(".");
        }
    }
    end_word();
    if (found.words.empty() || found.words.back() != ".")
        found.words.emplace_back(".");
    return found;
}

// Ask for the time wherever they stand in a question.
constexpr std::array<std::string_view, 29> phrases{
    "what time",    "time is it",   "time it is",      "time now",       "time right now",
    "what date",    "date is it",   "date it is",      "date today",     "date now",
    "todays date",  "what day",     "which day",       "day is it",      "day it is",
    "day is today", "day today is", "day of the week", "what weekday",   "which weekday",
    "what year",    "which year",   "year is it",      "what month",     "which month",
    "what hour",    "is today .",   "unix time",       "unix timestamp",
};

// Ask for it when a word of `after` follows: "the time now", not "the time we met".
constexpr std::array<std::string_view, 12> things{
    "the time",
    "the date",
    "current time",
    "current date",
    "local time",
    "exact time",
    "the utc time",
    "the time utc",
    "utc time",
    "the day today",
    "the weekday",
    "the year",
};
constexpr std::array<std::string_view, 14> after{
    ".",
    "now",
    "right",
    "please",
    "today",
    "in",
    "is",
    "and",
    "or",
    "at",
    "of",
    "currently",
    "for",
    "here",
};

// Make a message a question without a question mark.
constexpr std::array<std::string_view, 18> openers{
    "what",
    "whats",
    "which",
    "tell",
    "show",
    "give",
    "do",
    "does",
    "can",
    "could",
    "would",
    "will",
    "please",
    "is",
    "say",
    "check",
    "get",
    "current",
};

// Nothing but these, and one of the first four, is a question too: "date, please".
constexpr std::array<std::string_view, 12> terse_words{
    "time",
    "date",
    "clock",
    "weekday",
    "please",
    "now",
    "today",
    "utc",
    "and",
    "the",
    "current",
    ".",
};

bool is_phrase_at(const std::vector<std::string>& words, std::size_t at, std::string_view phrase) {
    while (!phrase.empty()) {
        const std::size_t end = std::min(phrase.find(' '), phrase.size());
        if (at >= words.size() || words[at++] != phrase.substr(0, end))
            return false;
        phrase.remove_prefix(std::min(end + 1, phrase.size()));
    }
    return true;
}

bool names_the_time(const std::vector<std::string>& words) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        const auto stands_here = [&](std::string_view phrase) {
            return is_phrase_at(words, at, phrase);
        };
        const auto is_followed = [&](std::string_view thing) {
            const auto spaces = std::ranges::count(thing, ' ');
            const std::size_t next = at + static_cast<std::size_t>(spaces) + 1;
            return stands_here(thing) && std::ranges::find(after, words[next]) != after.end();
        };
        if (std::ranges::any_of(phrases, stands_here) || std::ranges::any_of(things, is_followed))
            return true;
    }
    return false;
}

bool is_terse(const std::vector<std::string>& words) {
    const auto place = [](const std::string& word) {
        return std::ranges::find(terse_words, word);
    };
    const auto is_thing = [&](const std::string& word) {
        return place(word) < terse_words.begin() + 4;
    };
    const auto is_listed = [&](const std::string& word) {
        return place(word) != terse_words.end();
    };
    return std::ranges::any_of(words, is_thing) && std::ranges::all_of(words, is_listed);
}

}  // namespace

bool asks_for_time(std::string_view text) {
    if (text.size() > question_bytes_max)
        return false;
    const question_words asked = words_of(text);
    const bool is_question = asked.has_question_mark ||
                             std::ranges::find(openers, asked.words.front()) != openers.end() ||
                             asked.words.size() <= short_words_max;
    return (is_question && names_the_time(asked.words)) || is_terse(asked.words);
}

}  // namespace clarion::agents::demo
