#include "net/http/request_parser.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace clarion::http;

constexpr std::size_t head_bytes_max = 16384;

struct outcome {
    unsigned refused = 0;  // the status, when it was
    std::optional<request> whole;
    std::string rest;
};

// Feeds `wire` in pieces that end at `cuts`; bodies are accepted up to 100 bytes.
outcome parse(std::string_view wire, const std::vector<std::size_t>& cuts) {
    outcome result;
    request_parser parser(head_bytes_max);
    std::string input;
    std::size_t begin = 0;
    const auto feed = [&] {
        parse_step step = parser.feed(input);
        if (std::holds_alternative<head_read>(step)) {
            if (!parser.has_body())
                step = request_read{};
            else if (step = parser.accept_body(100); std::holds_alternative<more_needed>(step))
                step = parser.feed(input);
        }
        if (const auto* refusal = std::get_if<response>(&step))
            result.refused = refusal->status;
        if (std::holds_alternative<request_read>(step))
            result.whole = parser.take();
    };
    for (std::size_t end : cuts) {
        input += wire.substr(begin, end - begin);
        begin = end;
        if (result.refused == 0 && !result.whole)
            feed();
    }
    result.rest = input;
    return result;
}

outcome parse(std::string_view wire) {
    return parse(wire, {wire.size()});
}

// The same in one piece, in two at every place, and byte by byte.
void in_every_cut(std::string_view wire, const std::function<void(const outcome&)>& check) {
    check(parse(wire));
    std::vector<std::size_t> single;
    for (std::size_t cut = 1; cut < wire.size(); ++cut) {
        single.push_back(cut);
        BOOST_TEST_CONTEXT("cut at " << cut) {
            check(parse(wire, {cut, wire.size()}));
        }
    }
    single.push_back(wire.size());
    BOOST_TEST_CONTEXT("byte by byte") {
        check(parse(wire, single));
    }
}

unsigned status_of(std::string_view wire) {
    return parse(wire).refused;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(request_parsing)

BOOST_AUTO_TEST_CASE(a_request_without_a_body_is_read_in_every_cut) {
    in_every_cut(
        "GET /ws?user=ada&x=%20 HTTP/1.1\r\nHost: localhost:8080\r\nX-Empty:\r\n"
        "Connection: keep-alive, Upgrade\r\n\r\n\x81\x85rest",
        [](const outcome& result) {
            BOOST_TEST_REQUIRE(result.whole.has_value());
            const request& whole = *result.whole;
            BOOST_TEST(whole.method == "GET");
            BOOST_TEST(whole.target == "/ws?user=ada&x=%20");
            BOOST_TEST(whole.path == "/ws");
            BOOST_TEST((whole.query == query_map{{"user", "ada"}, {"x", " "}}));
            BOOST_TEST((whole.headers.find("host") == "localhost:8080"));
            BOOST_TEST((whole.headers.find("x-empty") == ""));
            BOOST_TEST(whole.headers.lists("connection", "upgrade"));
            BOOST_TEST((whole.wanted == connection_after::kept));
            BOOST_TEST(whole.body.empty());
            BOOST_TEST(result.rest == "\x81\x85rest");
        }
    );
}

BOOST_AUTO_TEST_CASE(a_body_is_read_in_every_cut) {
    in_every_cut(
        "POST /agui HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /",
        [](const outcome& result) {
            BOOST_TEST_REQUIRE(result.whole.has_value());
            BOOST_TEST(result.whole->body == "hello");
            BOOST_TEST(result.rest == "GET /");
        }
    );
    in_every_cut(
        "POST /agui HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\nGET /",
        [](const outcome& result) {
            BOOST_TEST_REQUIRE(result.whole.has_value());
            BOOST_TEST(result.whole->body == "hello");
            BOOST_TEST(result.rest == "GET /");
        }
    );
}

BOOST_AUTO_TEST_CASE(empty_lines_before_a_request_are_skipped_in_every_cut) {
    in_every_cut("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [](const outcome& result) {
        BOOST_TEST(result.whole.has_value());
    });
}

BOOST_AUTO_TEST_CASE(malformed_requests_are_refused_with_400) {
    for (const std::string_view wire : {
             "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
             "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
             "GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n",
             "GET /\r\nHost: a\r\n\r\n",
             "GET  / HTTP/1.1\r\n\r\n",
             "GET /a b HTTP/1.1\r\n\r\n",
             "G@T / HTTP/1.1\r\n\r\n",
             "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
             "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
             "GET /?user=% HTTP/1.1\r\nHost: a\r\n\r\n",
             "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
             "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
             "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
             "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
             "\x16\x03\x01\x02",
             " GET / HTTP/1.1\r\n\r\n",
         }) {
        BOOST_TEST_CONTEXT("request " << wire) {
            BOOST_TEST(status_of(wire) == 400U);
        }
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_transfer_coding_is_refused_with_501) {
    BOOST_TEST(status_of("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n") == 501U);
}

BOOST_AUTO_TEST_CASE(a_head_may_have_exactly_its_limit) {
    const std::string begin = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    const auto padded = [&begin](std::size_t head_bytes) {
        return begin + std::string(head_bytes - begin.size() - 4, 'x') + "\r\n\r\n";
    };
    BOOST_TEST(parse(padded(head_bytes_max) + "rest").whole.has_value());
    BOOST_TEST(status_of(padded(head_bytes_max + 1)) == 431U);
    // Without waiting for an end that may never come.
    BOOST_TEST(status_of(padded(head_bytes_max * 2).substr(0, head_bytes_max + 1)) == 431U);
    BOOST_TEST(status_of(padded(head_bytes_max * 2).substr(0, head_bytes_max)) == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_over_its_limit_is_refused_with_413) {
    const std::string announced = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
    BOOST_TEST(parse(announced + "100\r\n\r\n" + std::string(100, 'x')).whole.has_value());
    BOOST_TEST(status_of(announced + "101\r\n\r\n") == 413U);
    BOOST_TEST(status_of(announced + "18446744073709551615\r\n\r\n") == 413U);
    const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    BOOST_TEST(status_of(chunked + "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n") == 413U);
}

BOOST_AUTO_TEST_CASE(an_endless_chunk_header_is_refused) {
    const std::string chunked = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;";
    BOOST_TEST(status_of(chunked + std::string(head_bytes_max + 1, 'x')) == 400U);
}

BOOST_AUTO_TEST_CASE(the_connection_is_kept_only_when_both_sides_can) {
    const auto wanted = [](std::string_view wire) {
        return parse(wire).whole->wanted;
    };
    BOOST_TEST((wanted("GET / HTTP/1.1\r\nHost: a\r\n\r\n") == connection_after::kept));
    BOOST_TEST((wanted("GET / HTTP/1.1\r\nConnection: close\r\n\r\n") == connection_after::closed));
    BOOST_TEST((wanted("GET / HTTP/1.0\r\n\r\n") == connection_after::closed));
    BOOST_TEST(
        (wanted("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") == connection_after::closed)
    );
}

BOOST_AUTO_TEST_SUITE_END()
