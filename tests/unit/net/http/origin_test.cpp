#include "net/http/origin.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace clarion::http;

constexpr unsigned served = 0;

struct row {
    std::vector<header_field> headers;
    unsigned status;
};

void check(const std::vector<row>& rows, const origin_policy& policy) {
    for (const row& each : rows) {
        header_fields headers;
        std::string shown;
        for (const header_field& field : each.headers) {
            headers.add(field.name, field.value);
            shown += field.name + ": " + field.value + "; ";
        }
        const auto refused = refused_origin(headers, policy);
        BOOST_TEST_CONTEXT(shown) {
            BOOST_TEST((refused ? refused->status : served) == each.status);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(origin)

BOOST_AUTO_TEST_CASE(without_authentication_only_own_names_are_answered) {
    check(
        {
            {{{"Host", "localhost"}}, served},
            {{{"Host", "localhost:8080"}}, served},
            {{{"Host", "LocalHost:1"}}, served},
            {{{"Host", "127.0.0.1:8080"}}, served},
            {{{"Host", "[::1]"}}, served},
            {{{"Host", "[::1]:8080"}}, served},
            {{{"Host", "chat.example.org"}}, served},
            {{{"Host", "chat.example.org:99"}}, served},
            {{{"Host", "evil.example"}}, 403},
            {{{"Host", "evil.example:8080"}}, 403},
            {{{"Host", "localhost.evil.example"}}, 403},
            {{{"Host", "localhost."}}, 403},
            {{{"Host", "127.0.0.1.evil.example"}}, 403},
            {{{"Host", "127.0.0.2"}}, 403},
            {{{"Host", "[::2]"}}, 403},
            {{{"Host", "0.0.0.0:8080"}}, 403},
        },
        {own_names_only::on, {"https://chat.example.org"}}
    );
}

BOOST_AUTO_TEST_CASE(a_request_has_exactly_one_well_formed_host) {
    const std::vector<row> rows{
        {{}, 400},
        {{{"Host", "localhost"}, {"host", "localhost"}}, 400},
        {{{"Host", ""}}, 400},
        {{{"Host", ":8080"}}, 400},
        {{{"Host", "local host"}}, 400},
        {{{"Host", "localhost:80x"}}, 400},
        {{{"Host", "localhost:808080"}}, 400},
        {{{"Host", "user@localhost"}}, 400},
        {{{"Host", "localhost/path"}}, 400},
        {{{"Host", "::1"}}, 400},
        {{{"Host", "[::1"}}, 400},
        {{{"Host", "[::1]8080"}}, 400},
        {{{"Host", "[]"}}, 400},
        {{{"Host", "localhost,evil.example"}}, 400},
    };
    check(rows, {own_names_only::on, {}});
    check(rows, {own_names_only::off, {}});
}

BOOST_AUTO_TEST_CASE(without_authentication_nothing_comes_through_a_proxy) {
    const std::vector<row> rows{
        {{{"Host", "localhost"}, {"Forwarded", "for=192.0.2.1"}}, 403},
        {{{"Host", "localhost"}, {"X-Forwarded-For", "192.0.2.1"}}, 403},
        {{{"Host", "localhost"}, {"x-forwarded-proto", "https"}}, 403},
        {{{"Host", "localhost"}, {"X-Forwarded-", ""}}, 403},
        {{{"Host", "localhost"}, {"X-Forward", "no"}}, served},
    };
    check(rows, {own_names_only::on, {}});
    header_fields headers;
    headers.add("Host", "localhost");
    headers.add("X-Forwarded-For", "192.0.2.1");
    BOOST_TEST(!refused_origin(headers, {own_names_only::off, {}}).has_value());
    BOOST_TEST(!refused_origin(headers, {own_names_only::on, {}}, forwarding::trusted).has_value());
    header_fields rebound;
    rebound.add("Host", "evil.example");
    rebound.add("X-Forwarded-For", "192.0.2.1");
    BOOST_TEST(refused_origin(rebound, {own_names_only::on, {}}, forwarding::trusted).has_value());
    const auto refused = refused_origin(headers, {own_names_only::on, {}});
    BOOST_TEST_REQUIRE(refused.has_value());
    BOOST_TEST(refused->body.find("X-Forwarded-For") != std::string::npos);
    BOOST_TEST(refused->body.find("--insecure") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_origin_is_absent_own_or_allowed) {
    check(
        {
            {{{"Host", "clarion.test:8080"}}, served},
            {{{"Host", "clarion.test:8080"}, {"Origin", "http://clarion.test:8080"}}, served},
            {{{"Host", "clarion.test:8080"}, {"Origin", "https://clarion.test:8080"}}, served},
            {{{"Host", "clarion.test:8080"}, {"Origin", "HTTP://Clarion.Test:8080"}}, served},
            {{{"Host", "clarion.test"}, {"Origin", "https://clarion.test"}}, served},
            {{{"Host", "clarion.test:443"}, {"Origin", "https://clarion.test"}}, served},
            {{{"Host", "clarion.test"}, {"Origin", "http://clarion.test:80"}}, served},
            {{{"Host", "clarion.test:8080"}, {"Origin", "https://page.example"}}, served},
            {{{"Host", "clarion.test:8080"}, {"Origin", "https://page.example:443"}}, served},
            {{{"Host", "[::1]:8080"}, {"Origin", "http://[::1]:8080"}}, served},
            {{{"Host", "clarion.test:8080"}, {"Origin", "http://clarion.test"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "http://clarion.test:8081"}}, 403},
            {{{"Host", "clarion.test:80"}, {"Origin", "https://clarion.test"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "http://page.example"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "https://page.example:444"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "https://evil.example"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "https://clarion.test.evil.example"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "null"}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", ""}}, 403},
            {{{"Host", "clarion.test:8080"}, {"Origin", "clarion.test:8080"}}, 403},
            {{{"Host", "clarion.test"},
              {"Origin", "https://clarion.test"},
              {"Origin", "https://evil.example"}},
             403},
        },
        {own_names_only::off, {"https://page.example"}}
    );
}

BOOST_AUTO_TEST_CASE(an_own_name_does_not_make_a_foreign_origin_own) {
    check(
        {
            {{{"Host", "localhost:8080"}, {"Origin", "http://localhost:8080"}}, served},
            {{{"Host", "localhost:8080"}, {"Origin", "http://localhost:3000"}}, 403},
            {{{"Host", "localhost:8080"}, {"Origin", "http://127.0.0.1:8080"}}, 403},
            {{{"Host", "evil.example"}, {"Origin", "http://evil.example"}}, 403},
        },
        {own_names_only::on, {}}
    );
}

BOOST_AUTO_TEST_SUITE_END()
