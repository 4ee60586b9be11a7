#include "app/schema_routes.hpp"

#include "core/protocol/schemas.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion;

http::response ask(const http::router& routes, std::string path, std::string known = "") {
    const auto found = routes.find("GET", path);
    const auto* const route = std::get_if<const http::route*>(&found);
    BOOST_REQUIRE_MESSAGE(route != nullptr, path);
    http::request asked;
    asked.method = "GET";
    asked.path = std::move(path);
    if (!known.empty())
        asked.headers.add("If-None-Match", std::move(known));
    return std::get<http::answer_at_once>((*route)->answer)(asked);
}

std::string header(const http::response& of, std::string_view name) {
    for (const http::header_field& field : of.headers)
        if (field.name == name)
            return field.value;
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schema_routes)

BOOST_AUTO_TEST_CASE(the_index_leads_to_every_schema) {
    const http::router routes(app::schema_routes());
    const http::response index = ask(routes, "/schemas/");
    BOOST_TEST(index.status == 200U);
    BOOST_TEST(index.content_type == "application/json");
    const boost::json::value listed = boost::json::parse(index.body);
    BOOST_TEST(listed.at("schemas").as_array().size() == protocol::all_schemas().size());
    for (const boost::json::value& row : listed.at("schemas").as_array()) {
        const http::response schema = ask(routes, std::string(row.at("url").as_string()));
        BOOST_TEST(schema.status == 200U);
        BOOST_TEST(boost::json::parse(schema.body).at("title") == row.at("name"));
    }
}

BOOST_AUTO_TEST_CASE(a_schema_that_is_known_already_is_not_sent_again) {
    const http::router routes(app::schema_routes());
    const std::string etag = header(ask(routes, "/schemas/welcome.json"), "ETag");
    BOOST_TEST(etag.size() == 18U);
    for (const std::string& known : {etag, "W/" + etag, "\"x\", " + etag, std::string("*")}) {
        const http::response again = ask(routes, "/schemas/welcome.json", known);
        BOOST_TEST(again.status == 304U);
        BOOST_TEST(again.body == "");
        BOOST_TEST(header(again, "ETag") == etag);
    }
    BOOST_TEST(ask(routes, "/schemas/welcome.json", "\"other\"").status == 200U);
    BOOST_TEST(header(ask(routes, "/schemas/pong.json"), "ETag") != etag);
}

BOOST_AUTO_TEST_CASE(what_is_no_schema_is_not_found_and_the_folder_has_one_address) {
    const http::router routes(app::schema_routes());
    for (const char* const path : {"/schemas/nonsense.json", "/schemas/welcome", "/schemas//"})
        BOOST_TEST(std::holds_alternative<http::router::unknown_path>(routes.find("GET", path)));
    const http::response moved = ask(routes, "/schemas");
    BOOST_TEST(moved.status == 301U);
    BOOST_TEST(header(moved, "Location") == "/schemas/");
    const auto posted = routes.find("POST", "/schemas/");
    BOOST_TEST(std::get<http::router::unknown_method>(posted).allowed == "GET, HEAD");
}

BOOST_AUTO_TEST_SUITE_END()
