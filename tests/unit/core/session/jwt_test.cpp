#include "core/session/jwt.hpp"

#include "core/session/base64url.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace {

using namespace clarion::session;

constexpr std::int64_t now_ms = 1'790'000'000'500;
const auto secret = std::make_shared<const token_secret>(std::string(32, 's'));
const std::string good_header = R"({"alg":"HS256","typ":"JWT"})";

std::string signed_token(const std::string& header, const std::string& claims) {
    const std::string text = to_base64url(header) + '.' + to_base64url(claims);
    return text + '.' + to_base64url(secret->sign(text));
}

std::string with_claims(const std::string& claims) {
    return signed_token(good_header, claims);
}

/// Claims that are good but for what is added to them.
std::string ada_with(const std::string& more) {
    return with_claims(R"({"sub":"ada","exp":1790000100)" + more + '}');
}

std::string why_not(const std::string& token, const token_rules& rules = {}) {
    const token_verdict verdict = check_token(token, {secret, nullptr}, rules, now_ms);
    const auto* refused = std::get_if<token_refused>(&verdict);
    return refused == nullptr ? "" : refused->why;
}

token_claims claims_of(const std::string& token) {
    const token_verdict verdict = check_token(token, {secret, nullptr}, {}, now_ms);
    BOOST_REQUIRE_MESSAGE(verdict.index() == 0, why_not(token));
    return std::get<token_claims>(verdict);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jwt)

// The token of RFC 7515 appendix A.1, whose issuer is joe; its claims have no sub.
BOOST_AUTO_TEST_CASE(the_signature_of_the_rfc_s_example_is_good) {
    const token_keys key{
        std::make_shared<const token_secret>(
            *from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"
                            "aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        ),
        nullptr
    };
    const std::string token =
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const token_verdict verdict = check_token(token, key, {}, 1'300'819'379'999);
    BOOST_TEST(std::get<token_refused>(verdict).why == "the token names no user (sub)");
    const token_verdict late = check_token(token, key, {}, 1'300'819'380'000);
    BOOST_TEST(std::get<token_refused>(late).why == "the token has expired");
}

BOOST_AUTO_TEST_CASE(what_is_made_is_taken_and_says_what_was_asked_for) {
    token_order order;
    order.user_id = "ada";
    order.now_ms = now_ms;
    order.lives = std::chrono::hours(1);
    order.says = {"issuer \"of\" ours", "clarion"};
    const std::string token = make_token(order, *secret);
    const token_claims claims = claims_of(token);
    BOOST_TEST(claims.user_id == "ada");
    BOOST_TEST(claims.expires_ms == 1'790'003'600'000);
    BOOST_TEST(claims.issued_ms.value_or(0) == 1'790'000'000'000);
    BOOST_TEST(why_not(token, order.says) == "");
    BOOST_TEST(why_not(token, {"other", ""}) == "the token is of another issuer (iss)");
    BOOST_TEST(why_not(token, {"", "other"}) == "the token is for another audience (aud)");
}

BOOST_AUTO_TEST_CASE(a_token_of_another_shape_is_refused_by_name) {
    const std::string good = ada_with("");
    BOOST_TEST(why_not("") == "the token is empty");
    for (const char* wrong : {"x", "a.b", ".", "a.b.c.d", "...."})
        BOOST_TEST(why_not(wrong) == "the token does not have three parts");
    BOOST_TEST(why_not(good + ".x") == "the token does not have three parts");
    for (const std::string& wrong : {good + "=", "=" + good, std::string("a.!.c")})
        BOOST_TEST(why_not(wrong) == "the token is not in base64url without padding");
    BOOST_TEST(
        why_not(std::string(token_bytes_max + 1, 'a')) == "the token has more than 16384 bytes"
    );
}

BOOST_AUTO_TEST_CASE(a_token_as_long_as_allowed_is_read) {
    std::string fill;
    while (ada_with(R"(,"fill":")" + fill + "xxx\"").size() <= token_bytes_max)
        fill += "xxx";
    BOOST_TEST(why_not(ada_with(R"(,"fill":")" + fill + '"')) == "");
    BOOST_TEST(
        why_not(ada_with(R"(,"fill":")" + fill + "xxx\"")) == "the token has more than 16384 bytes"
    );
}

BOOST_AUTO_TEST_CASE(only_hs256_is_an_algorithm) {
    const std::string claims = R"({"sub":"ada","exp":1790000100})";
    for (const char* header :
         {R"({"alg":"none"})",
          R"({"alg":"HS384"})",
          R"({"alg":"RS256"})",
          R"({"alg":"hs256"})",
          R"({"alg":["HS256"]})",
          R"({"alg":null})",
          R"({"typ":"JWT"})",
          R"({"ALG":"HS256"})"})
        BOOST_TEST(why_not(signed_token(header, claims)) == "the token's alg is not HS256");
    for (const char* header : {"", "[]", "null", "{", R"({"alg":"HS256"}x)", "\xFF"})
        BOOST_TEST(
            why_not(signed_token(header, claims)) == "the token's header is not a JSON object"
        );
    BOOST_TEST(
        why_not(signed_token(R"({"alg":"HS256","crit":["exp"],"exp":1})", claims)) ==
        "the token's header has crit, which is not supported"
    );
    for (const char* header :
         {R"({"alg":"HS256"})", R"({"alg":"HS256","typ":"at+jwt"})", R"({"typ":7,"alg":"HS256"})"})
        BOOST_TEST(why_not(signed_token(header, claims)) == "");
}

BOOST_AUTO_TEST_CASE(nothing_but_its_own_signature_fits_a_token) {
    const std::string refusal = "the token is not signed with this server's secret";
    const std::string good = ada_with("");
    const std::string unsigned_part = good.substr(0, good.rfind('.'));
    BOOST_TEST(why_not(unsigned_part + '.') == refusal);
    BOOST_TEST(why_not(good + 'A') == refusal);
    const token_secret other(std::string(32, 't'));
    BOOST_TEST(why_not(unsigned_part + '.' + to_base64url(other.sign(unsigned_part))) == refusal);
    const std::string eve = with_claims(R"({"sub":"eve","exp":1790000100})");
    BOOST_TEST(why_not(eve.substr(0, eve.rfind('.')) + good.substr(good.rfind('.'))) == refusal);
    // Claims are not looked at before: an expired token of somebody else says nothing about it.
    const std::string old = to_base64url(good_header) + '.' + to_base64url(R"({"exp":1})");
    BOOST_TEST(why_not(old + ".AAAA") == refusal);
}

BOOST_AUTO_TEST_CASE(exp_is_mandatory_and_exact) {
    BOOST_TEST(
        why_not(with_claims(R"({"sub":"ada"})")) == "the token has no exp, so it would never expire"
    );
    const auto until = [](const std::string& exp) {
        return with_claims(R"({"sub":"ada","exp":)" + exp + '}');
    };
    BOOST_TEST(why_not(until("1790000000")) == "the token has expired");
    BOOST_TEST(why_not(until("1790000000.5")) == "the token has expired");
    BOOST_TEST(claims_of(until("1790000000.501")).expires_ms == now_ms + 1);
    BOOST_TEST(claims_of(until("1790000001")).expires_ms == 1'790'000'001'000);
    BOOST_TEST(claims_of(until("1.790000001e9")).expires_ms == 1'790'000'001'000);
    BOOST_TEST(claims_of(until("253402300799")).expires_ms == 253'402'300'799'000);
}

BOOST_AUTO_TEST_CASE(a_time_is_a_number_of_seconds_wherever_it_stands) {
    for (const char* name : {"exp", "nbf", "iat"})
        for (const char* wrong :
             {"null",
              "\"1790000100\"",
              "true",
              "[1790000100]",
              "-1",
              "253402300800",
              "1e300",
              "1790000100000",
              "18446744073709551615"}) {
            const std::string claims =
                R"({"sub":"ada",)" +
                (name == std::string("exp") ? std::string() : R"("exp":1790000100,)") + '"' + name +
                "\":" + wrong + '}';
            BOOST_TEST(
                why_not(with_claims(claims)) ==
                    std::string("the token's ") + name + " is not a time in seconds since 1970",
                claims
            );
        }
}

BOOST_AUTO_TEST_CASE(nbf_and_iat_have_thirty_seconds_of_leeway) {
    for (const std::string name : {"nbf", "iat"}) {
        const std::string claim = ",\"" + name + "\":";
        BOOST_TEST(why_not(ada_with(claim + "1790000030.5")) == "");
        BOOST_TEST(why_not(ada_with(claim + "1790000030.501")).starts_with("the token "));
        BOOST_TEST(why_not(ada_with(claim + "0")) == "");
    }
    BOOST_TEST(why_not(ada_with(R"(,"nbf":1790000031)")) == "the token is not valid yet (nbf)");
    BOOST_TEST(
        why_not(ada_with(R"(,"iat":1790000031)")) == "the token was issued in the future (iat)"
    );
    BOOST_TEST(!claims_of(ada_with("")).issued_ms.has_value());
    BOOST_TEST(
        claims_of(ada_with(R"(,"iat":1790000000.25)")).issued_ms.value_or(0) == 1'790'000'000'250
    );
}

BOOST_AUTO_TEST_CASE(issuer_and_audience_are_checked_when_configured) {
    const token_rules issuer{"us", ""};
    BOOST_TEST(why_not(ada_with(R"(,"iss":"us")"), issuer) == "");
    for (const char* wrong :
         {"", R"(,"iss":"US")", R"(,"iss":["us"])", R"(,"iss":"us ")", R"(,"iss":null)"})
        BOOST_TEST(why_not(ada_with(wrong), issuer) == "the token is of another issuer (iss)");

    const token_rules audience{"", "here"};
    for (const char* right : {R"(,"aud":"here")", R"(,"aud":["there","here"])"})
        BOOST_TEST(why_not(ada_with(right), audience) == "");
    for (const char* wrong :
         {"", R"(,"aud":"there")", R"(,"aud":[])", R"(,"aud":[["here"]])", R"(,"aud":{"here":1})"})
        BOOST_TEST(why_not(ada_with(wrong), audience) == "the token is for another audience (aud)");

    BOOST_TEST(why_not(ada_with(R"(,"iss":7,"aud":"anywhere")")) == "");
}

BOOST_AUTO_TEST_CASE(the_user_is_a_valid_id) {
    for (const char* claims :
         {R"({"exp":1790000100})",
          R"({"exp":1790000100,"sub":7})",
          R"({"exp":1790000100,"sub":null})"})
        BOOST_TEST(why_not(with_claims(claims)) == "the token names no user (sub)");
    const std::string longest(128, 'u');
    for (const std::string& user : {longest, std::string("A-z_0.9:b")})
        BOOST_TEST(
            claims_of(with_claims(R"({"exp":1790000100,"sub":")" + user + "\"}")).user_id == user
        );
    for (const std::string& user :
         {std::string(),
          longest + "u",
          std::string("~canary-a"),
          std::string("a b"),
          std::string("a\\u0000b"),
          std::string("\xC3\xA9")})
        BOOST_TEST(
            why_not(with_claims(R"({"exp":1790000100,"sub":")" + user + "\"}")) ==
            "the token's sub does not match [A-Za-z0-9_.:-]{1,128}"
        );
}

BOOST_AUTO_TEST_CASE(claims_are_one_json_object) {
    for (const char* claims : {"", "[]", "7", R"({"exp":1790000100)", "{}{}", "\xC3"})
        BOOST_TEST(
            why_not(with_claims(claims)) == "the token's claims are not a JSON object",
            claims
        );
    const std::string deep = R"(,"x":)" + std::string(100, '[') + std::string(100, ']');
    BOOST_TEST(why_not(ada_with(deep)) == "the token's claims are not a JSON object");
}

BOOST_AUTO_TEST_SUITE_END()
