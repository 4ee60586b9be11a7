#include "net/http/event_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion::http;

constexpr event_stream_limits narrow{.line_bytes_max = 24, .event_bytes_max = 30};

std::string shown(const stream_event& event) {
    std::string text = event.type + "|" + event.id + "|" + event.data;
    for (char& c : text)
        c = c == '\n' ? '/' : c;
    return event.error.empty() ? text : text + "|error " + event.error;
}

void read(event_stream_parser& parser, std::string_view piece, std::vector<std::string>& into) {
    while (true) {
        event_stream_step step = parser.next(piece);
        if (const auto* event = std::get_if<stream_event>(&step))
            into.push_back(shown(*event));
        else if (std::holds_alternative<event_too_large>(step))
            into.emplace_back("too large");
        else
            return;
    }
}

// What is read when the stream comes as a piece that ends at `cut`, then `step` bytes at a time.
std::vector<std::string>
read_cut(std::string_view stream, std::size_t cut, std::size_t step, event_stream_limits limits) {
    event_stream_parser parser(limits);
    std::vector<std::string> events;
    read(parser, stream.substr(0, cut), events);
    for (std::size_t at = cut; at < stream.size(); at += step)
        read(parser, stream.substr(at, step), events);
    return events;
}

struct specimen {
    std::string_view title;
    std::string stream;
    std::vector<std::string> events;
    event_stream_limits limits{};
};

std::vector<specimen> specimens() {
    using namespace std::string_literals;
    return {
        {"one line", "data: hello\n\n", {"message||hello"}},
        {"no space, two spaces", "data:a\n\ndata:  b\n\n", {"message||a", "message|| b"}},
        {"lines are joined", "data: a\ndata\ndata: b\n\n", {"message||a//b"}},
        {"CR alone", "data: a\r\rdata: b\r\r", {"message||a", "message||b"}},
        {"CRLF", "data: a\r\ndata: b\r\n\r\n", {"message||a/b"}},
        {"mixed ends",
         "data: a\r\n\ndata: b\n\rdata: c\r\r\n",
         {"message||a", "message||b", "message||c"}},
        {"byte order mark",
         "\xEF\xBB\xBF"
         "data: a\n\n",
         {"message||a"}},
        {"a second mark is a name",
         "\xEF\xBB\xBF\xEF\xBB\xBF"
         "data: a\n\ndata: b\n\n",
         {"message||b"}},
        {"comments", ": ping\n\n:\n\ndata: a\n: between\n\n", {"message||a"}},
        {"types last for one event", "event: x\ndata: a\n\ndata: b\n\n", {"x||a", "message||b"}},
        {"a type without data is dropped", "event: x\n\ndata: b\n\n", {"message||b"}},
        {"an empty type is the usual one", "event:\ndata: b\n\n", {"message||b"}},
        {"an empty data line is an event", "data\n\ndata:\n\n", {"message||", "message||"}},
        {"two empty data lines", "data\ndata\n\n", {"message||/"}},
        {"ids stay",
         "id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
         {"message|1|a", "message|1|b", "message||c"}},
        {"an id with NUL is ignored",
         "id: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"s,
         {"message|1|a", "message|1|b"}},
        {"unknown fields and case", "foo: 1\nData: x\ndata : y\ndata: a\n\n", {"message||a"}},
        {"a colon in the value", "data: a: b\n\n", {"message||a: b"}},
        {"an error field is an event",
         "error: {\"code\":400}\n\n",
         {"message|||error {\"code\":400}"}},
        {"what has no blank line is not ready", "data: a\n\ndata: b\n", {"message||a"}},
        {"foreign bytes stay", "data: \xFF\xC3\n\n", {"message||\xFF\xC3"}},
        {"a line over its limit",
         "data: a\n\ndata: 0123456789012345678\ndata: b\n\n",
         {"message||a", "too large"},
         narrow},
        {"a comment over it, too",
         "data: a\n\n: 0123456789012345678901234\n\ndata: b\n\n",
         {"message||a", "too large"},
         narrow},
        {"an event over its limit",
         "data: 0123456789012345\ndata: 0123456789012345\n\ndata: b\n\n",
         {"too large"},
         narrow},
        {"just within them",
         "data: 012345678901234567\ndata: 01234567890\n\n",
         {"message||012345678901234567/01234567890"},
         narrow},
    };
}

BOOST_AUTO_TEST_SUITE(event_stream)

BOOST_AUTO_TEST_CASE(every_stream_reads_the_same_however_it_is_cut) {
    for (const specimen& one : specimens()) {
        BOOST_TEST_CONTEXT(one.title) {
            for (std::size_t cut = 0; cut <= one.stream.size(); ++cut) {
                const auto halves = read_cut(one.stream, cut, one.stream.size(), one.limits);
                BOOST_TEST(halves == one.events, boost::test_tools::per_element());
                const auto bytes = read_cut(one.stream, cut, 1, one.limits);
                BOOST_TEST(bytes == one.events, boost::test_tools::per_element());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_event_is_ready_with_the_byte_that_ends_its_blank_line) {
    for (const std::string_view stream : {"data: a\n\n", "data: a\r\r", "data: a\r\n\r"}) {
        event_stream_parser parser;
        std::string_view all_but_one = stream.substr(0, stream.size() - 1);
        BOOST_TEST(std::holds_alternative<no_event_yet>(parser.next(all_but_one)));
        std::string_view last = stream.substr(stream.size() - 1);
        BOOST_TEST(std::holds_alternative<stream_event>(parser.next(last)));
    }
}

BOOST_AUTO_TEST_CASE(the_rest_of_the_input_stays_with_the_caller) {
    event_stream_parser parser;
    std::string_view input = "data: a\n\ndata: b\n\n";
    BOOST_TEST(std::holds_alternative<stream_event>(parser.next(input)));
    BOOST_TEST(input == "data: b\n\n");
}

BOOST_AUTO_TEST_CASE(the_end_yields_what_only_lacked_its_blank_line) {
    for (const std::string_view stream : {"data: a\n", "data: a", "data: a\r"}) {
        event_stream_parser parser;
        std::string_view input = stream;
        (void)parser.next(input);
        const auto last = parser.end();
        BOOST_REQUIRE(last);
        BOOST_TEST(shown(*last) == "message||a");
        BOOST_TEST(!parser.end());
    }
    event_stream_parser parser;
    std::string_view input = "data: a\n\n: bye";
    (void)parser.next(input);
    (void)parser.next(input);
    BOOST_TEST(!parser.end());
}

BOOST_AUTO_TEST_CASE(id_and_retry_outlive_an_event_without_data) {
    event_stream_parser parser;
    std::string_view input = "id: 7\nretry: 1500\n\nretry: soon\n\nretry: 99999999999999\n\n";
    BOOST_TEST(std::holds_alternative<no_event_yet>(parser.next(input)));
    BOOST_TEST(parser.last_event_id() == "7");
    BOOST_REQUIRE(parser.retry());
    BOOST_TEST(parser.retry()->count() == 1500);
}

BOOST_AUTO_TEST_CASE(an_id_counts_from_the_end_of_its_event_on) {
    event_stream_parser parser;
    std::string_view input = "id: 7\ndata: cut off";
    BOOST_TEST(std::holds_alternative<no_event_yet>(parser.next(input)));
    BOOST_TEST(parser.last_event_id().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
