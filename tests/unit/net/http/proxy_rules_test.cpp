#include "net/http/proxy_rules.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>

namespace {

using namespace clarion::http;

proxy_rules rules_of(const proxy_environment& from) {
    auto read = proxy_rules::read(from);
    BOOST_REQUIRE(std::holds_alternative<proxy_rules>(read));
    return std::get<proxy_rules>(std::move(read));
}

std::string through(const proxy_rules& rules, const char* target) {
    const auto parsed = parse_url(target);
    const proxy* const found = rules.find(std::get<url>(parsed));
    return found == nullptr ? "direct" : found->host + ":" + std::to_string(found->port);
}

BOOST_AUTO_TEST_SUITE(proxy_rules_)

BOOST_AUTO_TEST_CASE(each_scheme_has_its_proxy) {
    const auto rules = rules_of({"http://a:1", "b:2", ""});
    BOOST_TEST(through(rules, "http://x.org/") == "a:1");
    BOOST_TEST(through(rules, "https://x.org/") == "b:2");
    BOOST_TEST(through(rules_of({"", "b:2", ""}), "http://x.org/") == "direct");
    BOOST_TEST(through(proxy_rules(), "https://x.org/") == "direct");
}

BOOST_AUTO_TEST_CASE(loopback_is_never_asked_for_through_a_proxy) {
    const auto rules = rules_of({"a:1", "", ""});
    for (const char* target :
         {"http://localhost/", "http://127.0.0.1:11434/", "http://127.9.9.9/", "http://[::1]:80/"})
        BOOST_TEST(through(rules, target) == "direct", target);
    BOOST_TEST(through(rules, "http://128.0.0.1/") == "a:1");
    BOOST_TEST(through(rules, "http://[::2]/") == "a:1");
}

BOOST_AUTO_TEST_CASE(exceptions_are_names_addresses_and_networks) {
    const auto rules = rules_of(
        {"a:1", "", "example.com, .inner.org,*.wild.net,10.0.0.0/8,192.0.2.7,only.org:8080,[::5]"}
    );
    for (const char* target :
         {"http://example.com/",
          "http://API.Example.com/",
          "http://x.inner.org/",
          "http://inner.org/",
          "http://a.wild.net/",
          "http://10.1.2.3/",
          "http://192.0.2.7:99/",
          "http://only.org:8080/",
          "http://[::5]/"})
        BOOST_TEST(through(rules, target) == "direct", target);
    for (const char* target :
         {"http://notexample.com/",
          "http://11.1.2.3/",
          "http://only.org/",
          "http://192.0.2.77/",
          "http://example.com.evil.org/"})
        BOOST_TEST(through(rules, target) == "a:1", target);
    BOOST_TEST(through(rules_of({"a:1", "", "*"}), "http://x.org/") == "direct");
}

BOOST_AUTO_TEST_CASE(a_user_becomes_basic_authorization) {
    const auto rules = rules_of({"", "http://us%65r:p%40ss@b:2", ""});
    const auto target = parse_url("https://x.org/");
    const proxy* const found = rules.find(std::get<url>(target));
    BOOST_REQUIRE(found != nullptr);
    BOOST_TEST(found->authorization == "Basic dXNlcjpwQHNz");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_refused_by_name) {
    for (const char* bad : {"socks5://a:1", "https://a:1", "http://", "a:b"}) {
        const auto read = proxy_rules::read({"", bad, ""});
        BOOST_REQUIRE_MESSAGE(std::holds_alternative<std::string>(read), bad);
        BOOST_TEST(std::get<std::string>(read).starts_with("HTTPS_PROXY "));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
