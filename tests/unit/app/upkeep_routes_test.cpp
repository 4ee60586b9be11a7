#include "app/upkeep_routes.hpp"

#include "core/sim/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::storage::sqlite;

struct upkeep_endpoints {
    http::response post(const http::route& route, const std::string& body) {
        http::request asked;
        asked.method = "POST";
        asked.body = body;
        http::response answer;
        const auto& later = std::get<http::answer_later>(route.answer);
        asio::co_spawn(
            world.get_executor(),
            later(asked),
            [&answer](const std::exception_ptr&, http::response is) { answer = std::move(is); }
        );
        world.run();
        return answer;
    }
    http::response post_audit() { return post(audit_route(), "{}"); }
    http::response post_backup(const std::string& body) { return post(backup_route(), body); }

    http::route audit_route() {
        return app::make_audit_route([this] { return audit(); });
    }
    http::route backup_route() {
        return app::make_backup_route([this](std::filesystem::path to) {
            return back_up(std::move(to));
        });
    }
    task<app::audit_answer> audit() { co_return audited; }
    task<app::backup_answer> back_up(std::filesystem::path to) {
        path = std::move(to);
        co_return made;
    }

    sim::world world;
    app::audit_answer audited = app::audit_outcome{};
    app::backup_answer made = backup_verdict(backed_up{4096});
    std::optional<std::filesystem::path> path;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(upkeep_routes, upkeep_endpoints)

BOOST_AUTO_TEST_CASE(an_audit_says_what_it_saw_and_what_it_found) {
    app::audit_outcome outcome;
    outcome.sums.threads = 2;
    outcome.sums.runs = 3;
    outcome.sums.open_runs = 1;
    outcome.sums.events = 40;
    outcome.sums.violations = 1;
    outcome.found.push_back({{"ada", "t1"}, 7, "the event is \x1b missing"});
    outcome.duration_ms = 5;
    audited = outcome;
    const http::response answer = post_audit();
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.content_type == "application/json");
    BOOST_TEST(answer.body.starts_with(
        R"({"threads":2,"runs":3,"open_runs":1,"events":40,"violations":1,)"
        R"("found":[{"user_id":"ada","thread_id":"t1","seq":7,"what":"the event is )"
    ));
    BOOST_TEST(answer.body.ends_with(R"( missing"}],"duration_ms":5})"));
    BOOST_TEST(answer.body.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_audit_that_did_not_come_to_its_end_is_no_success) {
    app::audit_outcome outcome;
    outcome.sums.failure = "stopped";
    audited = outcome;
    BOOST_TEST(post_audit().status == 503U);
    BOOST_TEST(post_audit().body.ends_with(R"("duration_ms":0,"failure":"stopped"})"));
    audited = app::upkeep_busy{};
    BOOST_TEST(post_audit().status == 409U);
    audited = app::log_in_memory{};
    BOOST_TEST(post_audit().status == 501U);
}

BOOST_AUTO_TEST_CASE(a_backup_names_its_file_and_size) {
    const http::response answer = post_backup(R"({"path":"/b/today.db"})");
    BOOST_TEST(answer.status == 200U);
    BOOST_TEST(answer.body == R"({"path":"/b/today.db","bytes":4096})");
    BOOST_TEST(path.value_or("") == "/b/today.db");
}

BOOST_AUTO_TEST_CASE(each_reason_against_a_backup_has_its_status) {
    const auto status_of = [this](app::backup_answer is) {
        made = std::move(is);
        return post_backup(R"({"path":"/b"})").status;
    };
    BOOST_TEST(status_of(backup_verdict(relative_path{})) == 400U);
    BOOST_TEST(status_of(backup_verdict(name_taken{})) == 409U);
    BOOST_TEST(status_of(backup_verdict(backup_failure{"no room"})) == 500U);
    BOOST_TEST(post_backup(R"({"path":"/b"})").body.find("no room") != std::string::npos);
    BOOST_TEST(status_of(app::upkeep_busy{}) == 409U);
    BOOST_TEST(status_of(app::log_in_memory{}) == 501U);
}

BOOST_AUTO_TEST_CASE(a_body_that_names_no_file_makes_none) {
    for (const char* body :
         {"",
          "x",
          "[]",
          "{}",
          R"({"path":null})",
          R"({"path":7})",
          R"({"path":""})",
          R"({"path":"a\u0000b"})"}) {
        BOOST_TEST(post_backup(body).status == 400U, body);
        BOOST_TEST(!path.has_value(), body);
    }
}

BOOST_AUTO_TEST_CASE(they_are_guarded_as_whatever_changes_something) {
    for (const http::route& route : {audit_route(), backup_route()}) {
        BOOST_TEST(route.method == "POST");
        BOOST_TEST(route.body_type == "application/json");
        BOOST_TEST((route.open_to == http::access::guarded));
    }
    BOOST_TEST(audit_route().path == "/debug/audit");
    BOOST_TEST(backup_route().path == "/debug/backup");
}

BOOST_AUTO_TEST_SUITE_END()
