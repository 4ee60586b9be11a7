#include "net/http/upgrade.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion::http;
namespace session = clarion::session;

// RFC 6455 section 1.3.
constexpr const char* sample_key = "dGhlIHNhbXBsZSBub25jZQ==";

request opening() {
    request asked;
    asked.method = "GET";
    asked.target = asked.path = "/ws";
    asked.headers.add("Host", "localhost");
    asked.headers.add("Upgrade", "websocket");
    asked.headers.add("Connection", "Upgrade");
    asked.headers.add("Sec-WebSocket-Key", sample_key);
    asked.headers.add("Sec-WebSocket-Version", "13");
    return asked;
}

request without(std::string_view name) {
    request asked = opening();
    header_fields rest;
    for (const header_field& field : asked.headers) {
        if (!equals_ignoring_case(field.name, name))
            rest.add(field.name, field.value);
    }
    asked.headers = rest;
    return asked;
}

request with(std::string_view name, std::string value) {
    request asked = without(name);
    asked.headers.add(std::string(name), std::move(value));
    return asked;
}

request offering(std::string protocols) {
    return with("Sec-WebSocket-Protocol", std::move(protocols));
}

unsigned status_of(const upgrade_verdict& verdict) {
    const auto* refused = std::get_if<response>(&verdict);
    return refused != nullptr ? refused->status : 101;
}

unsigned status_of(const request& asked, authentication mode = authentication::off) {
    return status_of(decide_upgrade(asked, mode));
}

session::upgrade_request who_of(const request& asked, authentication mode) {
    const upgrade_verdict verdict = decide_upgrade(asked, mode);
    BOOST_TEST_REQUIRE(status_of(verdict) == 101U);
    return std::get<upgrade_accepted>(verdict).who;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(upgrade)

BOOST_AUTO_TEST_CASE(the_rfc_s_sample_is_answered_with_its_accept_key) {
    const upgrade_verdict verdict = decide_upgrade(offering("clarion.v1"), authentication::off);
    BOOST_TEST_REQUIRE(status_of(verdict) == 101U);
    BOOST_TEST(
        std::get<upgrade_accepted>(verdict).head ==
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        "Sec-WebSocket-Protocol: clarion.v1\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(what_the_rfc_asks_for_is_demanded) {
    BOOST_TEST(status_of(opening()) == 101U);
    BOOST_TEST(status_of(with("Upgrade", "h2c, WebSocket")) == 101U);
    BOOST_TEST(status_of(with("Connection", "keep-alive, UPGRADE")) == 101U);
    BOOST_TEST(status_of(without("Upgrade")) == 426U);
    BOOST_TEST(status_of(with("Upgrade", "h2c")) == 426U);
    BOOST_TEST(status_of(without("Sec-WebSocket-Version")) == 426U);
    BOOST_TEST(status_of(with("Sec-WebSocket-Version", "8")) == 426U);
    BOOST_TEST(status_of(with("Sec-WebSocket-Version", "13, 8")) == 426U);
    BOOST_TEST(status_of(without("Connection")) == 400U);
    BOOST_TEST(status_of(with("Connection", "keep-alive")) == 400U);
    BOOST_TEST(status_of(without("Sec-WebSocket-Key")) == 400U);
    BOOST_TEST(status_of(with("Sec-WebSocket-Key", "short")) == 400U);
    request twice = opening();
    twice.headers.add("Sec-WebSocket-Key", sample_key);
    BOOST_TEST(status_of(twice) == 400U);
    request old = opening();
    old.spoken = version::http_1_0;
    BOOST_TEST(status_of(old) == 400U);
    request post = opening();
    post.method = "POST";
    BOOST_TEST(status_of(post) == 405U);
}

BOOST_AUTO_TEST_CASE(a_refused_version_names_the_right_one) {
    const upgrade_verdict verdict =
        decide_upgrade(with("Sec-WebSocket-Version", "8"), authentication::off);
    const auto& refused = std::get<response>(verdict);
    std::string versions;
    for (const header_field& field : refused.headers) {
        if (field.name == "Sec-WebSocket-Version")
            versions += field.value;
    }
    BOOST_TEST(versions == "13");
}

BOOST_AUTO_TEST_CASE(the_subprotocol_is_selected_when_offered_and_only_then) {
    struct row {
        std::string offered;
        unsigned status;
        bool selected;
    };
    const std::vector<row> rows{
        {"clarion.v1", 101, true},
        {"other, clarion.v1", 101, true},
        {"clarion.bearer.abc, clarion.v1", 101, true},
        {"", 101, false},
        {"other", 400, false},
        {"Clarion.v1", 400, false},
        {"clarion.v1.1", 400, false},
        {"clarion.bearer.abc", 400, false},
    };
    for (const row& each : rows) {
        BOOST_TEST_CONTEXT("offered " << each.offered) {
            const auto verdict = decide_upgrade(offering(each.offered), authentication::on);
            BOOST_TEST(status_of(verdict) == each.status);
            const auto* accepted = std::get_if<upgrade_accepted>(&verdict);
            const bool selected =
                accepted != nullptr && accepted->head.find("-Protocol:") != std::string::npos;
            BOOST_TEST(selected == each.selected);
        }
    }
    request split = offering("other");
    split.headers.add("Sec-WebSocket-Protocol", "clarion.v1");
    BOOST_TEST(status_of(split) == 101U);
}

BOOST_AUTO_TEST_CASE(the_credential_comes_from_the_header_or_the_subprotocol) {
    const auto credential = [](const request& asked) {
        return who_of(asked, authentication::on).credential;
    };
    BOOST_TEST((credential(opening()) == std::nullopt));
    BOOST_TEST((credential(with("Authorization", "Bearer a.b.c")) == "a.b.c"));
    BOOST_TEST((credential(with("Authorization", "bearer   a.b.c")) == "a.b.c"));
    BOOST_TEST((credential(with("Authorization", "Basic YTpi")) == std::nullopt));
    BOOST_TEST((credential(with("Authorization", "Bearer ")) == ""));
    BOOST_TEST((credential(with("Authorization", "Bearer")) == std::nullopt));
    BOOST_TEST((credential(offering("clarion.v1, clarion.bearer.a.b-c_d")) == "a.b-c_d"));
    BOOST_TEST((credential(offering("clarion.v1, clarion.bearer.")) == ""));
    request both = offering("clarion.v1, clarion.bearer.second");
    both.headers.add("Authorization", "Bearer first");
    BOOST_TEST((credential(both) == "first"));
}

BOOST_AUTO_TEST_CASE(the_user_is_named_only_without_authentication_and_by_an_id) {
    const auto named = [](std::string user) {
        request asked = opening();
        asked.query.emplace("user", std::move(user));
        return asked;
    };
    BOOST_TEST((who_of(opening(), authentication::off).user == std::nullopt));
    BOOST_TEST((who_of(named("ada"), authentication::off).user == "ada"));
    BOOST_TEST((who_of(named(std::string(128, 'a')), authentication::off).user.has_value()));
    BOOST_TEST((who_of(named("ada"), authentication::on).user == std::nullopt));
    BOOST_TEST((who_of(named("a b"), authentication::on).user == std::nullopt));
    for (const std::string& user :
         {std::string(),
          std::string("a b"),
          std::string("a/b"),
          std::string("~canary-a"),
          std::string("\xc3\xa4"),
          std::string(129, 'a')}) {
        BOOST_TEST_CONTEXT("user " << user) {
            BOOST_TEST(status_of(named(user)) == 400U);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
