#include "net/http/page_fetch.hpp"

#include "net/public_address.hpp"
#include "tests/unit/net/memory_stream.hpp"
#include "tests/unit/net/scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::http;
using namespace clarion::net::test;
using std::chrono::seconds;

url read_url(std::string_view text) {
    return std::get<url>(parse_url(text));
}

bool allows(const char* pattern, std::string_view where) {
    return is_allowed({pattern}, read_url(where));
}

std::string redirect(std::string_view from, std::string_view location) {
    const auto to = redirected(read_url(from), location);
    const auto* const found = std::get_if<url>(&to);
    return found == nullptr ? "none" : found->origin() + found->target;
}

struct fixture {
    explicit fixture(std::vector<std::string> allowed = {"a.test"}) : tested(settings(allowed)) {}

    page_fetch_settings settings(std::vector<std::string>& allowed) {
        page_fetch_settings made;
        made.allowed = allowed;
        made.dial = server.dial();
        return made;
    }
    ports::web_answer get(std::string where) {
        return result_of(world, tested.get(std::move(where)));
    }
    std::string refusal(std::string where) {
        const auto came = get(std::move(where));
        const auto* const refused = std::get_if<ports::web_refusal>(&came);
        return refused == nullptr ? "" : refused->why;
    }
    void answer(std::string bytes) { server.scripts.push_back({{.bytes = std::move(bytes)}}); }
    void redirect_to(const std::string& where) {
        answer("HTTP/1.1 302 X\r\nLocation: " + where + "\r\nContent-Length: 0\r\n\r\n");
    }

    sim::world world;
    scripted_server server{world};
    page_fetch tested;
};

BOOST_AUTO_TEST_SUITE(page_fetch_test)

BOOST_AUTO_TEST_CASE(special_addresses_are_not_public) {
    for (const char* const text :
         {"127.0.0.1",        "10.1.2.3",    "172.31.0.1",  "192.168.1.1",     "169.254.169.254",
          "100.64.0.1",       "0.0.0.0",     "224.0.0.1",   "255.255.255.255", "192.0.2.1",
          "198.18.0.1",       "::1",         "::",          "fe80::1",         "fc00::1",
          "fd12::1",          "ff02::1",     "2001:db8::1", "2002:7f00:1::",   "64:ff9b::7f00:1",
          "::ffff:127.0.0.1", "::127.0.0.1", "2001::1",     "100::1"})
        BOOST_TEST(!net::is_public(net::parse_address(text).value()), text);
    for (const char* const text :
         {"1.1.1.1",
          "8.8.8.8",
          "172.32.0.1",
          "100.128.0.1",
          "2606:4700::1111",
          "2a00:1450:4001::1",
          "::ffff:8.8.8.8"})
        BOOST_TEST(net::is_public(net::parse_address(text).value()), text);
}

BOOST_AUTO_TEST_CASE(hosts_are_allowed_by_name_port_and_what_is_below) {
    BOOST_TEST(allows("example.org", "http://example.org/x"));
    BOOST_TEST(allows("example.org", "https://EXAMPLE.org"));
    BOOST_TEST(!allows("example.org", "http://example.org:8080/"));
    BOOST_TEST(!allows("example.org", "http://www.example.org/"));
    BOOST_TEST(!allows("example.org", "http://example.org.evil.test/"));
    BOOST_TEST(allows("*.example.org", "http://www.example.org/"));
    BOOST_TEST(!allows("*.example.org", "http://example.org/"));
    BOOST_TEST(!allows("*.example.org", "http://badexample.org/"));
    BOOST_TEST(allows("example.org:8080", "http://example.org:8080/"));
    BOOST_TEST(!allows("example.org:8080", "http://example.org/"));
    BOOST_TEST(allows("[::1]:81", "http://[::1]:81/"));
}

BOOST_AUTO_TEST_CASE(a_pattern_is_a_host) {
    for (const char* const text :
         {"example.org", "*.example.org", "example.org:80", "[::1]", "10.0.0.1"})
        BOOST_TEST(is_host_pattern(text), text);
    for (const char* const text :
         {"", "*", "*.", "a b", "http://a", "a/b", "a:0", "a:x", "a*b", "[::1", "u@a"})
        BOOST_TEST(!is_host_pattern(text), text);
}

BOOST_AUTO_TEST_CASE(redirects_lead_to_urls) {
    BOOST_TEST(redirect("http://a.test/x/y?q", "z") == "http://a.test:80/x/z");
    BOOST_TEST(redirect("http://a.test/x/y", "/z#f") == "http://a.test:80/z");
    BOOST_TEST(redirect("https://a.test/", "//b.test/z") == "https://b.test:443/z");
    BOOST_TEST(
        redirect("http://a.test/", "https://b.test/?u=http://c") == "https://b.test:443/?u=http://c"
    );
    BOOST_TEST(redirect("http://a.test/", "file:///etc/passwd") == "none");
    BOOST_TEST(redirect("http://a.test:81/", "?q=http://c/") == "http://a.test:81/?q=http://c/");
}

BOOST_AUTO_TEST_CASE(a_page_of_an_allowed_host_is_read) {
    fixture f;
    f.answer(whole_answer(200, "hello", "text/plain; charset=utf-8"));
    const auto came = f.get("http://a.test/x#part");
    const auto& page = std::get<ports::web_page>(came);
    BOOST_TEST(page.text == "hello");
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.url == "http://a.test:80/x");
    BOOST_TEST(!page.is_cut);
    BOOST_REQUIRE(f.server.dialled.size() == 1U);
    // Whoever dials checks the very address that it connects to.
    BOOST_TEST((f.server.dialled.front().permits == net::is_public));
    BOOST_TEST(!f.server.dialled.front().through.has_value());
}

BOOST_AUTO_TEST_CASE(other_hosts_users_and_schemes_are_never_dialled) {
    fixture f;
    BOOST_TEST(f.refusal("http://b.test/") == "leads to a host that is not allowed: b.test:80");
    BOOST_TEST(f.refusal("http://u:p@a.test/") == "may not carry a user");
    BOOST_TEST(f.refusal("ftp://a.test/") != "");
    BOOST_TEST(f.refusal("a.test") != "");
    BOOST_TEST(f.server.dialled.empty());
}

BOOST_AUTO_TEST_CASE(each_redirect_is_judged_anew) {
    fixture f({"a.test", "b.test"});
    f.redirect_to("http://b.test/there");
    f.answer(whole_answer(200, "there", "text/plain"));
    BOOST_TEST(std::get<ports::web_page>(f.get("http://a.test/")).url == "http://b.test:80/there");
    f.redirect_to("http://169.254.169.254/latest/meta-data");
    BOOST_TEST(
        f.refusal("http://a.test/") == "leads to a host that is not allowed: 169.254.169.254:80"
    );
    for (int count = 0; count < 20; ++count)
        f.redirect_to("/again");
    BOOST_TEST(f.refusal("http://a.test/") == "is redirected too often");
}

BOOST_AUTO_TEST_CASE(size_and_time_are_bounded) {
    fixture f;
    std::string body(40000, 'x');
    body.replace(32767, 2, "ä");  // cut in the middle of it
    f.answer(whole_answer(200, body, "text/plain"));
    const auto came = f.get("http://a.test/");
    const auto& page = std::get<ports::web_page>(came);
    BOOST_TEST(page.is_cut);
    BOOST_TEST(page.text.size() == 32767U);
    const time_point began = f.world.now();
    f.server.scripts.push_back({
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\n"},
        {.after = seconds(60), .bytes = "late"},
    });
    BOOST_TEST(f.refusal("http://a.test/") == "cannot be read: there was no answer in time");
    BOOST_TEST(((f.world.now() - began) == seconds(15)));
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_refused) {
    fixture f;
    f.answer(whole_answer(200, "PNG", "image/png"));
    BOOST_TEST(f.refusal("http://a.test/") == "is not text: image/png");
    f.answer(whole_answer(200, "\xff\xfe\xfd\xfc\xfb", "text/plain"));
    BOOST_TEST(f.refusal("http://a.test/") == "is not UTF-8");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
