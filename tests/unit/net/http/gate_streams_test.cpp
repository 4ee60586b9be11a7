#include "tests/unit/net/http/gate_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>

namespace {

using namespace clarion;
using namespace clarion::http;
using namespace clarion::http::test;

task<std::optional<std::string>> expect_sesame(std::string token) {
    std::optional<std::string> objection;
    if (token != "sesame")
        objection = "the token is not signed";
    co_return objection;
}

task<> answer_and_finish(net::byte_stream& stream, request asked, session::upgrade_request&) {
    const std::string answer = "served " + asked.body;
    (void)co_await stream.write(answer);
}

struct stream_fixture : fixture {
    stream_fixture() {
        options.mode = authentication::on;
        options.objection = expect_sesame;
        options.streams.push_back({"/agui", 65536, answer_and_finish});
    }

    static std::string head_with(const std::string& token) {
        return "POST /agui HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
               "Authorization: Bearer " +
               token + "\r\nContent-Length: 2\r\n\r\n";
    }
};

BOOST_FIXTURE_TEST_SUITE(http_gate_streams, stream_fixture)

BOOST_AUTO_TEST_CASE(a_token_that_will_not_do_is_refused_before_the_body_is_read) {
    const std::string answer = answer_to(head_with("guess"));
    BOOST_TEST(is(answer, "401"));
    BOOST_TEST(answer.find("the token is not signed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_that_does_is_served_with_its_body) {
    BOOST_TEST(answer_to(head_with("sesame")).empty());
    BOOST_TEST(answer_to("{}") == "served {}");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
