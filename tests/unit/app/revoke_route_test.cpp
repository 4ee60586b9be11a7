#include "app/revoke_route.hpp"

#include "core/sim/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace {

using namespace clarion;

struct revoke_endpoint {
    http::response post(const std::string& body) {
        http::request asked;
        asked.method = "POST";
        asked.body = body;
        const auto revoke_user = [this](std::string user) {
            return revoke(std::move(user));
        };
        const http::route route = app::make_revoke_route(revoke_user);
        http::response answer;
        const auto& later = std::get<http::answer_later>(route.answer);
        asio::co_spawn(
            world.get_executor(),
            later(asked),
            [&answer](const std::exception_ptr&, http::response made) { answer = std::move(made); }
        );
        world.run();
        return answer;
    }

    task<conversation::revoke_outcome> revoke(std::string user) {
        revoked = std::move(user);
        co_return outcome;
    }

    sim::world world;
    conversation::revoke_outcome outcome{1234, 2, std::nullopt};
    std::optional<std::string> revoked;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(revoke_route, revoke_endpoint)

BOOST_AUTO_TEST_CASE(it_says_what_was_done) {
    const http::response answer = post(R"({"user":"ada"})");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body == R"({"user":"ada","revoked_ms":1234,"sessions":2})");
    BOOST_TEST(revoked.value_or("") == "ada");
}

BOOST_AUTO_TEST_CASE(what_is_not_stored_is_no_success) {
    outcome.not_stored = "the disk is full";
    const http::response answer = post(R"({"user":"ada"})");
    BOOST_TEST(answer.status == 503U);
    BOOST_TEST(
        answer.body ==
        R"({"user":"ada","revoked_ms":1234,"sessions":2,"not_stored":"the disk is full"})"
    );
}

BOOST_AUTO_TEST_CASE(a_body_that_names_no_user_revokes_nobody) {
    for (const char* body :
         {"",
          "ada",
          "[]",
          "{}",
          R"({"user":null})",
          R"({"user":7})",
          R"({"user":""})",
          R"({"user":"a b"})",
          R"({"user":"ada")"}) {
        const http::response answer = post(body);
        BOOST_TEST(answer.status == 400U, body);
        BOOST_TEST(!revoked.has_value(), body);
    }
    BOOST_TEST(post(R"({"user":"a b"})").body.starts_with("/user must match"));
}

BOOST_AUTO_TEST_CASE(it_is_for_a_small_json_body_and_not_for_foreign_pages) {
    const http::route route =
        app::make_revoke_route([](std::string) { return task<conversation::revoke_outcome>(); });
    BOOST_TEST(route.method == "POST");
    BOOST_TEST(route.path == "/debug/revoke");
    BOOST_TEST(route.body_type == "application/json");
    BOOST_TEST(route.body_bytes_max == 8192U);
    BOOST_TEST((route.open_to == http::access::guarded));
}

BOOST_AUTO_TEST_SUITE_END()
