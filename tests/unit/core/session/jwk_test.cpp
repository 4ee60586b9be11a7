#include "core/session/jwk.hpp"

#include "core/session/base64url.hpp"
#include "tests/unit/core/session/signing_key.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace clarion::session;
using clarion::support::signing_key;
namespace json = boost::json;

using read_key = std::variant<jwk, key_refused>;

read_key read(const std::string& text) {
    return read_jwk(json::parse(text).as_object());
}

std::string why_not(const std::string& text) {
    const read_key found = read(text);
    const auto* refused = std::get_if<key_refused>(&found);
    return refused == nullptr ? "" : refused->why;
}

/// The key with another member in the place of one of its own.
std::string with_member(const std::string& key, const std::string& name, const json::value& value) {
    json::object object = json::parse(key).as_object();
    object[name] = value;
    return json::serialize(object);
}

std::string with_member(const std::string& key, const std::string& name, const std::string& text) {
    return with_member(key, name, json::value(json::string(text)));
}
std::string with_member(const std::string& key, const std::string& name, const char* text) {
    return with_member(key, name, std::string(text));
}

std::string without_member(const std::string& key, const std::string& name) {
    json::object object = json::parse(key).as_object();
    object.erase(name);
    return json::serialize(object);
}

const std::string& an_rsa() {
    static const std::string key = signing_key::rsa().jwk();
    return key;
}
const std::string& a_p256() {
    static const std::string key = signing_key::ec().jwk();
    return key;
}
const std::string& an_ed25519() {
    static const std::string key = signing_key::ed25519().jwk();
    return key;
}

std::string encoded_rsa(const std::string& modulus, const std::string& exponent) {
    return R"({"kty":"RSA","n":")" + to_base64url(modulus) + R"(","e":")" + to_base64url(exponent) +
           "\"}";
}

std::string odd_number(std::size_t bytes) {
    return std::string(bytes - 1, '\xC5') + '\1';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_web_key)

BOOST_AUTO_TEST_CASE(the_algorithm_is_the_key_s_own) {
    const auto algorithm_of = [](const std::string& key) {
        return std::get<jwk>(read(key)).key.algorithm();
    };
    BOOST_TEST((algorithm_of(an_rsa()) == jws_algorithm::rs256));
    BOOST_TEST((algorithm_of(with_member(an_rsa(), "alg", "RS256")) == jws_algorithm::rs256));
    BOOST_TEST((algorithm_of(with_member(an_rsa(), "alg", "PS256")) == jws_algorithm::ps256));
    BOOST_TEST((algorithm_of(with_member(a_p256(), "alg", "ES256")) == jws_algorithm::es256));
    BOOST_TEST((algorithm_of(with_member(an_ed25519(), "alg", "EdDSA")) == jws_algorithm::eddsa));
    const std::string rsa_alone = "has an alg that is not RS256 or PS256";
    for (const char* wrong : {"none", "HS256", "ES256", "EdDSA", "RS384", "RS512", "RSA-OAEP", ""})
        BOOST_TEST(why_not(with_member(an_rsa(), "alg", wrong)) == rsa_alone);
    BOOST_TEST(why_not(with_member(an_rsa(), "alg", json::value(nullptr))) == rsa_alone);
    for (const char* wrong : {"none", "HS256", "RS256", "ES384", "ECDH-ES"})
        BOOST_TEST(why_not(with_member(a_p256(), "alg", wrong)) == "has an alg that is not ES256");
    for (const char* wrong : {"none", "HS256", "ES256", "ECDH-ES"})
        BOOST_TEST(
            why_not(with_member(an_ed25519(), "alg", wrong)) == "has an alg that is not EdDSA"
        );
}

BOOST_AUTO_TEST_CASE(a_key_that_is_for_something_else_is_left_alone) {
    for (const std::string& key : {an_rsa(), a_p256(), an_ed25519()}) {
        BOOST_TEST(why_not(with_member(key, "use", "sig")) == "");
        for (const json::value& use : {json::value("enc"), json::value(""), json::value(nullptr)})
            BOOST_TEST(why_not(with_member(key, "use", use)) == "is not for signatures (use)");
        BOOST_TEST(why_not(with_member(key, "key_ops", json::value{"sign", "verify"})) == "");
        for (const json::value& ops :
             {json::value(json::array{"sign"}),
              json::value(json::array{}),
              json::value(json::array{7}),
              json::value("verify"),
              json::value(nullptr)})
            BOOST_TEST(
                why_not(with_member(key, "key_ops", ops)) ==
                "is not for checking signatures (key_ops)"
            );
    }
}

BOOST_AUTO_TEST_CASE(a_key_of_another_kind_is_refused_by_name) {
    const std::string kind = "has a kty that is not RSA, EC or OKP";
    for (const char* wrong : {"", "rsa", "DSA", "AKP"})
        BOOST_TEST(why_not(with_member(an_rsa(), "kty", wrong)) == kind);
    BOOST_TEST(why_not("{}") == kind);
    BOOST_TEST(why_not(with_member(an_rsa(), "kty", json::value(7))) == kind);
    BOOST_TEST(
        why_not(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})") ==
        "is a secret, which belongs into --jwt-secret-file"
    );
    BOOST_TEST(why_not(signing_key::ec("P-384").jwk()) == "has a crv that is not P-256");
    BOOST_TEST(why_not(with_member(a_p256(), "crv", "secp256k1")) == "has a crv that is not P-256");
    BOOST_TEST(why_not(without_member(a_p256(), "crv")) == "has a crv that is not P-256");
    BOOST_TEST(
        why_not(with_member(an_ed25519(), "crv", "X25519")) == "has a crv that is not Ed25519"
    );
    BOOST_TEST(
        why_not(with_member(an_ed25519(), "crv", "Ed448")) == "has a crv that is not Ed25519"
    );
}

BOOST_AUTO_TEST_CASE(a_member_that_is_missing_or_no_base64url_is_named) {
    const std::pair<std::string, std::string> members[] = {
        {an_rsa(), "n"},
        {an_rsa(), "e"},
        {a_p256(), "x"},
        {a_p256(), "y"},
        {an_ed25519(), "x"},
    };
    for (const auto& [key, name] : members) {
        const std::string expected = "has no " + name + " in base64url without padding";
        BOOST_TEST(why_not(without_member(key, name)) == expected);
        for (const json::value& wrong :
             {json::value(""),
              json::value("AQAB="),
              json::value("A"),
              json::value("+/+/"),
              json::value(7),
              json::value(nullptr)})
            BOOST_TEST(why_not(with_member(key, name, wrong)) == expected);
    }
}

BOOST_AUTO_TEST_CASE(an_rsa_key_is_neither_too_small_nor_too_large) {
    BOOST_TEST(why_not(signing_key::rsa(1024).jwk()) == "has 1024 bits, and RSA needs 2048");
    BOOST_TEST(why_not(encoded_rsa(odd_number(255), "\3")) == "has 2040 bits, and RSA needs 2048");
    BOOST_TEST(why_not(encoded_rsa(odd_number(256), "\3")) == "");
    BOOST_TEST(why_not(encoded_rsa(odd_number(1024), "\3")) == "");
    BOOST_TEST(why_not(encoded_rsa(odd_number(1025), "\3")) == "has more than 8192 bits");
    // Zeros in front make no number larger.
    const std::string padded = std::string(200, '\0') + odd_number(128);
    BOOST_TEST(why_not(encoded_rsa(padded, "\3")) == "has 1024 bits, and RSA needs 2048");
    const std::string even = std::string(256, '\xC4');
    BOOST_TEST(why_not(encoded_rsa(even, "\3")) == "has an even n, which is no RSA key");
}

BOOST_AUTO_TEST_CASE(an_rsa_key_whose_exponent_would_sign_anything_is_refused) {
    const std::string expected = "has an e that is no odd number above 1";
    for (const std::string& wrong : {std::string(1, '\0'), std::string("\1"), std::string("\2")})
        BOOST_TEST(why_not(encoded_rsa(odd_number(256), wrong)) == expected);
    BOOST_TEST(
        why_not(encoded_rsa(odd_number(256), odd_number(9))) == "has an e that is too large"
    );
}

BOOST_AUTO_TEST_CASE(the_coordinates_of_a_point_have_32_bytes_and_lie_on_the_curve) {
    const std::string length = "has an x or y that is not 32 bytes long";
    const json::object point = json::parse(a_p256()).as_object();
    const std::string x = *from_base64url(point.at("x").as_string());
    for (const std::string& wrong : {x.substr(1), x + '\1', std::string(1, '\0') + x})
        for (const char* name : {"x", "y"})
            BOOST_TEST(why_not(with_member(a_p256(), name, to_base64url(wrong))) == length);
    std::string other = x;
    other[31] = static_cast<char>(other[31] ^ 1);
    const std::string astray = "is no point of P-256";
    BOOST_TEST(why_not(with_member(a_p256(), "x", to_base64url(other))) == astray);
    BOOST_TEST(why_not(with_member(a_p256(), "y", to_base64url(x))) == astray);
    for (const char filled : {'\0', '\xFF'}) {
        const std::string text = to_base64url(std::string(32, filled));
        BOOST_TEST(why_not(with_member(with_member(a_p256(), "x", text), "y", text)) == astray);
    }
    for (const std::size_t bytes : {31U, 33U, 57U})
        BOOST_TEST(
            why_not(with_member(an_ed25519(), "x", to_base64url(std::string(bytes, 'x')))) ==
            "has an x that is not 32 bytes long"
        );
}

BOOST_AUTO_TEST_CASE(a_kid_is_a_text_of_some_length) {
    const auto named = [](const json::value& kid) {
        return with_member(a_p256(), "kid", kid);
    };
    BOOST_TEST((std::get<jwk>(read(a_p256())).kid == std::nullopt));
    BOOST_TEST((std::get<jwk>(read(named("a b"))).kid == "a b"));
    BOOST_TEST(why_not(named(json::value(json::string(512, 'k')))) == "");
    for (const json::value& wrong :
         {json::value(""), json::value(json::string(513, 'k')), json::value(7), json::value(nullptr)
         })
        BOOST_TEST(why_not(named(wrong)) == "has a kid that is no text of 1 to 512 bytes");
}

BOOST_AUTO_TEST_CASE(a_private_part_is_noticed) {
    BOOST_TEST(!std::get<jwk>(read(an_ed25519())).has_private_part);
    BOOST_TEST(std::get<jwk>(read(with_member(an_ed25519(), "d", "AA"))).has_private_part);
}

BOOST_AUTO_TEST_SUITE_END()
