#pragma once

#include "core/protocol/describe.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What the built-in tools answer, as the JSON in `tool_completed.result`.
namespace clarion::agents::tools {

struct calculation {
    std::string expression;
    /// A JSON number.
    protocol::json_text value;
    /// The same as a person would write it.
    std::string text;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("expression", self.expression);
        visit("value", self.value);
        visit("text", self.text);
    }
};

struct clock_reading {
    /// ISO 8601 with milliseconds: `2026-11-21T09:30:00.125Z`.
    std::string utc;
    std::string date;
    std::string time;
    std::string weekday;
    std::int64_t unix_ms = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("utc", self.utc);
        visit("date", self.date);
        visit("time", self.time);
        visit("weekday", self.weekday);
        visit("unix_ms", self.unix_ms);
    }
};

struct search_hit {
    std::int64_t seq = 0;
    /// `user` or `assistant`.
    std::string author;
    /// One line of the message around the place where it was found.
    std::string excerpt;
    /// Unix milliseconds.
    std::int64_t timestamp = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("seq", self.seq);
        visit("author", self.author);
        visit("excerpt", self.excerpt);
        visit("timestamp", self.timestamp);
    }
};

struct search_hits {
    std::string query;
    /// The newest ones, oldest first.
    std::vector<search_hit> hits;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("query", self.query);
        visit("hits", self.hits);
    }
};

struct fetched_page {
    /// Behind all redirects.
    std::string url;
    std::int64_t status = 0;
    std::string content_type;
    std::string text;
    /// There was more of it.
    bool is_cut = false;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("url", self.url);
        visit("status", self.status);
        visit("content_type", self.content_type);
        visit("text", self.text);
        visit("is_cut", self.is_cut);
    }
};

struct text_counts {
    /// Unicode code points.
    std::int64_t characters = 0;
    /// In UTF-8.
    std::int64_t bytes = 0;
    /// What stands between blanks.
    std::int64_t words = 0;
    std::int64_t lines = 0;
    /// What ends with `.`, `!`, `?` or `…` before a blank, and a rest that ends without.
    std::int64_t sentences = 0;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("characters", self.characters);
        visit("bytes", self.bytes);
        visit("words", self.words);
        visit("lines", self.lines);
        visit("sentences", self.sentences);
    }
};

}  // namespace clarion::agents::tools
