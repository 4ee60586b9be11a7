#include "net/http/response_parser.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion::http;

constexpr std::size_t head_bytes_max = 400;

struct specimen {
    std::string_view title;
    std::string wire;
    response_stage stage;
    unsigned status = 200;
    std::string body;
    connection_after after = connection_after::kept;
    std::string rest{};  ///< of the input
};

std::vector<specimen> specimens() {
    constexpr auto whole = response_stage::whole;
    constexpr auto body = response_stage::body;
    constexpr auto malformed = response_stage::malformed;
    constexpr auto closed = connection_after::closed;
    const std::string head = "HTTP/1.1 200 OK\r\n";
    return {
        {"by length", head + "Content-Length: 5\r\n\r\nhello", whole, 200, "hello"},
        {"no body", head + "Content-Length: 0\r\n\r\n", whole, 200, ""},
        {"in chunks",
         head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
         whole,
         200,
         "hello!"},
        {"chunks with extensions and a trailer",
         head + "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX: y\r\n\r\n",
         whole,
         200,
         "hello"},
        {"up to the end", head + "\r\nhello", body, 200, "hello", closed},
        {"to be closed",
         head + "Connection: close\r\nContent-Length: 2\r\n\r\nhi",
         whole,
         200,
         "hi",
         closed},
        {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", whole, 200, "hi", closed},
        {"behind interim answers",
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
         "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nhi",
         whole,
         503,
         "hi"},
        {"with bytes behind it",
         head + "Content-Length: 2\r\n\r\nhi there",
         whole,
         200,
         "hi",
         connection_after::kept,
         " there"},
        {"a body that is not whole", head + "Content-Length: 9\r\n\r\nhello", body, 200, "hello"},
        {"a length nobody can hold",
         head + "Content-Length: 999999999999999\r\n\r\nhi",
         body,
         200,
         "hi"},
        {"a head that is not whole", head + "Content-Le", response_stage::head, 0, ""},
        {"no HTTP", "SSH-2.0-x\r\n\r\n", malformed, 0, ""},
        {"a head that is too large", head + "X: " + std::string(400, 'x'), malformed, 0, ""},
        {"a chunk that is none",
         head + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
         malformed,
         200,
         ""},
        {"two lengths", head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", malformed, 0, ""
        },
    };
}

struct outcome {
    response_stage stage = response_stage::head;
    std::string body;
    std::string rest;
};

void feed(response_parser& parser, std::string_view piece, outcome& into) {
    if (into.stage == response_stage::malformed)
        return;
    into.rest += piece;
    if (into.stage == response_stage::whole)
        return;
    into.stage = parser.feed(into.rest);
    into.body += parser.take_body();
}

BOOST_AUTO_TEST_SUITE(response_parser_)

BOOST_AUTO_TEST_CASE(answers_read_the_same_however_they_are_cut) {
    for (const specimen& one : specimens()) {
        BOOST_TEST_CONTEXT(one.title) {
            for (std::size_t cut = 0; cut <= one.wire.size(); ++cut) {
                response_parser parser(head_bytes_max);
                outcome got;
                feed(parser, std::string_view(one.wire).substr(0, cut), got);
                feed(parser, std::string_view(one.wire).substr(cut), got);
                BOOST_TEST((got.stage == one.stage));
                if (got.stage == response_stage::malformed)
                    continue;
                BOOST_TEST(got.body == one.body);
                if (got.stage == response_stage::head)
                    continue;
                BOOST_TEST(parser.head().status == one.status);
                BOOST_TEST((parser.head().after == one.after));
                if (got.stage == response_stage::whole)
                    BOOST_TEST(got.rest == one.rest);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_body_comes_in_pieces_as_it_arrives) {
    response_parser parser(head_bytes_max);
    std::string input = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ";
    BOOST_TEST((parser.feed(input) == response_stage::body));
    BOOST_TEST(parser.take_body() == "data: ");
    input += "1\n\n";
    BOOST_TEST((parser.feed(input) == response_stage::body));
    BOOST_TEST(parser.take_body() == "1\n\n");
    BOOST_TEST(parser.take_body().empty());
    BOOST_TEST(*parser.head().headers.find("content-type") == "text/event-stream");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_connection_ends_only_what_has_no_other_end) {
    const auto stage_at_end = [](std::string wire) {
        response_parser parser(head_bytes_max);
        (void)parser.feed(wire);
        return parser.end();
    };
    const std::string head = "HTTP/1.1 200 OK\r\n";
    BOOST_TEST((stage_at_end(head + "\r\nhello") == response_stage::whole));
    BOOST_TEST((stage_at_end(head + "Content-Length: 2\r\n\r\nhi") == response_stage::whole));
    BOOST_TEST((stage_at_end(head + "Content-Length: 9\r\n\r\nhi") == response_stage::malformed));
    const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n";
    BOOST_TEST((stage_at_end(chunked) == response_stage::malformed));
    BOOST_TEST((stage_at_end(head) == response_stage::malformed));
    BOOST_TEST((stage_at_end("") == response_stage::malformed));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
