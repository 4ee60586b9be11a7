#include "net/http/router.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion::http;

route answering(std::string method, std::string path) {
    route made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.answer = answer_at_once([](const request&) { return response{}; });
    return made;
}

// The pattern of the route found, else what stands in its place.
std::string found(const router& in, std::string_view method, std::string_view path) {
    const router::lookup result = in.find(method, path);
    if (const auto* hit = std::get_if<const route*>(&result))
        return (*hit)->path;
    if (const auto* other = std::get_if<router::unknown_method>(&result))
        return "Allow: " + other->allowed;
    return "404";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(router_table)

BOOST_AUTO_TEST_CASE(paths_are_exact_or_a_marked_prefix) {
    const router routes({
        answering("GET", "/"),
        answering("GET", "/schemas/"),
        answering("GET", "/schemas/*"),
        answering("POST", "/agui"),
        answering("GET", "/agui"),
    });
    BOOST_TEST(found(routes, "GET", "/") == "/");
    BOOST_TEST(found(routes, "HEAD", "/") == "/");
    BOOST_TEST(found(routes, "GET", "/schemas/") == "/schemas/");
    BOOST_TEST(found(routes, "GET", "/schemas/a.json") == "/schemas/*");
    BOOST_TEST(found(routes, "GET", "/schemas") == "404");
    BOOST_TEST(found(routes, "GET", "/other") == "404");
    BOOST_TEST(found(routes, "GET", "") == "404");
    BOOST_TEST(found(routes, "POST", "/") == "Allow: GET, HEAD");
    BOOST_TEST(found(routes, "get", "/") == "Allow: GET, HEAD");
    BOOST_TEST(found(routes, "DELETE", "/agui") == "Allow: POST, GET, HEAD");
}

BOOST_AUTO_TEST_SUITE_END()
