#include "core/session/key_set.hpp"

#include "core/session/base64url.hpp"
#include "core/session/jwt.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/core/session/signing_key.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace clarion::session;
using clarion::support::signing_key;
using clarion::support::with_signature;
namespace fs = std::filesystem;

constexpr std::int64_t now_ms = 1'790'000'000'000;
const std::string ada = R"({"sub":"ada","exp":1790000100})";

const signing_key& an_rsa() {
    static const signing_key key = signing_key::rsa();
    return key;
}
const signing_key& a_p256() {
    static const signing_key key = signing_key::ec();
    return key;
}
const signing_key& an_ed25519() {
    static const signing_key key = signing_key::ed25519();
    return key;
}

std::string set_of(const std::vector<std::string>& keys) {
    std::string text = R"({"keys":[)";
    for (const std::string& key : keys)
        text += (text.back() == '[' ? "" : ",") + key;
    return text + "]}";
}

key_set_read take(const std::string& text) {
    key_set_result read = parse_key_set(text);
    const auto* refused = std::get_if<key_set_refused>(&read);
    if (refused != nullptr)
        BOOST_FAIL(refused->why);
    return std::get<key_set_read>(std::move(read));
}

token_keys only(const std::vector<std::string>& keys) {
    return {nullptr, take(set_of(keys)).keys};
}

std::string why_no_set(const std::string& text) {
    const key_set_result read = parse_key_set(text);
    const auto* refused = std::get_if<key_set_refused>(&read);
    return refused == nullptr ? "" : refused->why;
}

std::string unsigned_token(const std::string& header, const std::string& claims = ada) {
    return to_base64url(header) + '.' + to_base64url(claims);
}

/// Ada's, with this header, signed in this way.
std::string token(const std::string& header, const signing_key& by, jws_algorithm algorithm) {
    const std::string text = unsigned_token(header);
    return with_signature(text, by.sign(algorithm, text));
}

std::string why_not(const std::string& token, const token_keys& keys) {
    const token_verdict verdict = check_token(token, keys, {}, now_ms);
    const auto* refused = std::get_if<token_refused>(&verdict);
    if (refused != nullptr)
        BOOST_TEST(refused->why.size() <= 123U);
    return refused == nullptr ? "" : refused->why;
}

const std::string not_signed = "the token is not signed with a key of this server";
const std::string not_its_alg = "the token's alg is not that of its key (kid)";
const std::string unknown_kid = "the token's kid names no key of this server";

}  // namespace

BOOST_AUTO_TEST_SUITE(key_set_file)

BOOST_AUTO_TEST_CASE(a_token_of_each_algorithm_is_taken_and_its_claims_count) {
    const token_keys keys = only(
        {an_rsa().jwk(R"(,"kid":"r")"),
         an_rsa().jwk(R"(,"kid":"p","alg":"PS256")"),
         a_p256().jwk(R"(,"kid":"e")"),
         an_ed25519().jwk(R"(,"kid":"d")")}
    );
    const struct {
        std::string alg;
        std::string kid;
        const signing_key& by;
        jws_algorithm algorithm;
    } ways[] = {
        {"RS256", "r", an_rsa(), jws_algorithm::rs256},
        {"PS256", "p", an_rsa(), jws_algorithm::ps256},
        {"ES256", "e", a_p256(), jws_algorithm::es256},
        {"EdDSA", "d", an_ed25519(), jws_algorithm::eddsa},
    };
    for (const auto& way : ways) {
        const std::string bare = R"({"alg":")" + way.alg + '"';
        const std::string named = bare + R"(,"kid":")" + way.kid + "\"}";
        const std::string good = token(named, way.by, way.algorithm);
        const token_verdict verdict = check_token(good, keys, {}, now_ms);
        BOOST_REQUIRE_MESSAGE(verdict.index() == 0, why_not(good, keys));
        BOOST_TEST(std::get<token_claims>(verdict).user_id == "ada");
        BOOST_TEST(why_not(token(bare + "}", way.by, way.algorithm), keys) == "");
        const std::string old = unsigned_token(named, R"({"sub":"ada","exp":1790000000})");
        BOOST_TEST(
            why_not(with_signature(old, way.by.sign(way.algorithm, old)), keys) ==
            "the token has expired"
        );
        const std::string eve = unsigned_token(named, R"({"sub":"eve","exp":1790000100})");
        BOOST_TEST(why_not(eve + good.substr(good.rfind('.')), keys) == not_signed, way.alg);
    }
}

BOOST_AUTO_TEST_CASE(the_algorithm_is_never_the_token_s_choice) {
    const std::string public_json = an_rsa().jwk();
    const token_keys keys = only({public_json, a_p256().jwk()});
    const std::string not_of_the_set = "the token's alg is not RS256 or ES256";
    for (const char* alg :
         {"none",
          "None",
          "NONE",
          "",
          "rs256",
          "RS384",
          "ES256K",
          "ES384",
          "PS256",
          "EdDSA",
          "HS384",
          "RS256|PS256"}) {
        const std::string text = unsigned_token(std::string(R"({"alg":")") + alg + "\"}");
        BOOST_TEST(why_not(text + '.', keys) == not_of_the_set);
        const std::string signature = an_rsa().sign(jws_algorithm::rs256, text);
        BOOST_TEST(why_not(with_signature(text, signature), keys) == not_of_the_set);
    }
    // The public key as the secret of an HMAC: whatever its spelling, HS256 is not checked at all.
    const std::string text = unsigned_token(R"({"alg":"HS256"})");
    for (const std::string& known : {public_json, set_of({public_json}), std::string(32, '\0')})
        BOOST_TEST(
            why_not(with_signature(text, token_secret(known).sign(text)), keys) == not_of_the_set
        );
    // Good signatures under the name of another algorithm.
    BOOST_TEST(
        why_not(token(R"({"alg":"ES256"})", an_rsa(), jws_algorithm::rs256), keys) == not_signed
    );
    BOOST_TEST(
        why_not(token(R"({"alg":"RS256"})", a_p256(), jws_algorithm::es256), keys) == not_signed
    );
    BOOST_TEST(
        why_not(token(R"({"alg":"RS256"})", an_rsa(), jws_algorithm::ps256), keys) == not_signed
    );
}

BOOST_AUTO_TEST_CASE(a_secret_and_a_set_check_their_own_algorithms) {
    const auto secret = std::make_shared<const token_secret>(std::string(32, 's'));
    const token_keys both{secret, take(set_of({a_p256().jwk(R"(,"kid":"e")")})).keys};
    const std::string by_secret = unsigned_token(R"({"alg":"HS256","kid":"whatever"})");
    BOOST_TEST(why_not(with_signature(by_secret, secret->sign(by_secret)), both) == "");
    BOOST_TEST(
        why_not(with_signature(by_secret, std::string(32, 's')), both) ==
        "the token is not signed with this server's secret"
    );
    BOOST_TEST(
        why_not(token(R"({"alg":"ES256","kid":"e"})", a_p256(), jws_algorithm::es256), both) == ""
    );
    const std::string disguised = unsigned_token(R"({"alg":"ES256","kid":"e"})");
    BOOST_TEST(why_not(with_signature(disguised, secret->sign(disguised)), both) == not_signed);
    BOOST_TEST(
        why_not(token(R"({"alg":"EdDSA"})", an_ed25519(), jws_algorithm::eddsa), both) ==
        "the token's alg is not HS256 or ES256"
    );
}

BOOST_AUTO_TEST_CASE(a_kid_picks_its_key_and_no_other) {
    const signing_key other = signing_key::ec();
    const token_keys keys = only(
        {a_p256().jwk(R"(,"kid":"a")"),
         other.jwk(R"(,"kid":"b")"),
         an_rsa().jwk(R"(,"kid":"r")"),
         signing_key::ec().jwk()}
    );
    const auto by_other = [&other](const std::string& more) {
        return token(R"({"alg":"ES256")" + more + '}', other, jws_algorithm::es256);
    };
    BOOST_TEST(why_not(by_other(""), keys) == "");
    BOOST_TEST(why_not(by_other(R"(,"kid":"b")"), keys) == "");
    BOOST_TEST(why_not(by_other(R"(,"kid":"a")"), keys) == not_signed);
    BOOST_TEST(why_not(by_other(R"(,"kid":"r")"), keys) == not_its_alg);
    for (const char* kid : {"", "B", "c", "b ", "../b", "' or 1"})
        BOOST_TEST(why_not(by_other(std::string(R"(,"kid":")") + kid + '"'), keys) == unknown_kid);
    for (const char* kid : {"null", "7", "[\"b\"]"})
        BOOST_TEST(
            why_not(by_other(std::string(R"(,"kid":)") + kid), keys) ==
            "the token's kid is not a text"
        );
}

BOOST_AUTO_TEST_CASE(a_token_cannot_bring_its_own_key) {
    const signing_key eves = signing_key::ec();
    const token_keys keys = only({a_p256().jwk(R"(,"kid":"a")")});
    for (const std::string& header :
         {R"({"alg":"ES256","jwk":)" + eves.jwk() + '}',
          R"({"alg":"ES256","kid":"a","jwk":)" + eves.jwk(R"(,"kid":"a")") + '}',
          std::string(
              R"({"alg":"ES256","jku":"https://eve.example/keys","x5u":"https://eve.example/"})"
          )})
        BOOST_TEST(why_not(token(header, eves, jws_algorithm::es256), keys) == not_signed);
}

BOOST_AUTO_TEST_CASE(of_keys_that_share_a_kid_those_of_the_algorithm_are_tried) {
    const signing_key second = signing_key::ec();
    const key_set_read read = take(set_of(
        {a_p256().jwk(R"(,"kid":"a")"),
         second.jwk(R"(,"kid":"a")"),
         an_ed25519().jwk(R"(,"kid":"a")")}
    ));
    const token_keys keys{nullptr, read.keys};
    const std::string header = R"({"alg":"ES256","kid":"a"})";
    BOOST_TEST(why_not(token(header, a_p256(), jws_algorithm::es256), keys) == "");
    BOOST_TEST(why_not(token(header, second, jws_algorithm::es256), keys) == "");
    BOOST_TEST(why_not(token(header, an_ed25519(), jws_algorithm::eddsa), keys) == not_signed);
    BOOST_TEST(why_not(token(header, signing_key::ec(), jws_algorithm::es256), keys) == not_signed);
    BOOST_REQUIRE(read.notes.size() == 1U);
    BOOST_TEST(
        read.notes[0] ==
        "key 2 (kid \"a\") has the kid and the algorithm of another: both are tried"
    );
}

BOOST_AUTO_TEST_CASE(a_token_costs_no_more_than_sixteen_checks) {
    std::vector<std::string> many(16, a_p256().jwk());
    const std::string bare = token(R"({"alg":"ES256"})", a_p256(), jws_algorithm::es256);
    BOOST_TEST(why_not(bare, only(many)) == "");
    many.push_back(a_p256().jwk(R"(,"kid":"mine")"));
    BOOST_TEST(
        why_not(bare, only(many)) ==
        "the token does not say which key signed it (kid), and there are too many to try"
    );
    const std::string named =
        token(R"({"alg":"ES256","kid":"mine"})", a_p256(), jws_algorithm::es256);
    BOOST_TEST(why_not(named, only(many)) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_is_left_out_and_noted) {
    const key_set_read read = take(set_of(
        {R"({"kty":"oct","kid":"s\n\u001b[2J","k":"AAAA"})",
         a_p256().jwk(R"(,"kid":"e","d":"AAAA")"),
         R"({"kty":"AKP","alg":"ML-DSA-44"})",
         "7",
         an_rsa().jwk(R"(,"use":"enc")"),
         an_ed25519().jwk(R"(,"x5t":7,"later":{})")}
    ));
    BOOST_TEST(read.keys->size() == 2U);
    BOOST_TEST(read.keys->has(jws_algorithm::es256));
    BOOST_TEST(read.keys->has(jws_algorithm::eddsa));
    BOOST_TEST(!read.keys->has(jws_algorithm::rs256));
    const std::vector<std::string> expected{
        R"(key 1 (kid "s\n\x1b[2J") is a secret, which belongs into --jwt-secret-file: it is left out)",
        R"(key 2 (kid "e") has its private part (d): take it out, whoever reads it can make tokens)",
        "key 3 has a kty that is not RSA, EC or OKP: it is left out",
        "key 4 is not a JSON object: it is left out",
        "key 5 is not for signatures (use): it is left out",
    };
    BOOST_TEST(read.notes == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_key_set_is_refused_in_a_sentence) {
    BOOST_TEST(why_no_set("").starts_with("is not JSON: "));
    BOOST_TEST(why_no_set(R"({"keys":[]}x)").starts_with("is not JSON: "));
    BOOST_TEST(why_no_set("{\"keys\":[\"\xFF\"]}").starts_with("is not JSON: "));
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    BOOST_TEST(why_no_set(R"({"keys":)" + deep + "}").starts_with("is not JSON: "));
    const std::string other = R"(is not a key set, which is {"keys":[…]})";
    for (const char* wrong : {"[]", "{}", "7", "null", R"({"keys":{}})", R"({"keys":null})"})
        BOOST_TEST(why_no_set(wrong) == other);
    BOOST_TEST(
        why_no_set(a_p256().jwk()) ==
        R"(is a single key: write {"keys":[ before it and ]} behind it)"
    );
    BOOST_TEST(why_no_set(set_of({})) == "has no key that can check tokens");
    BOOST_TEST(
        why_no_set(set_of({"7", R"({"kty":"oct","kid":"s"})"})) ==
        "has no key that can check tokens: key 1 is not a JSON object; key 2 (kid \"s\") is a "
        "secret, which belongs into --jwt-secret-file"
    );
    BOOST_TEST(why_no_set(set_of({"1", "2", "3", "4", "5"}))
                   .ends_with("key 3 is not a JSON object; and 2 more"));
    const std::vector<std::string> most(64, a_p256().jwk());
    BOOST_TEST(take(set_of(most)).keys->size() == 64U);
    BOOST_TEST(
        why_no_set(set_of(std::vector<std::string>(65, "7"))) == "has 65 keys: at most 64 are taken"
    );
    const std::string padded = set_of({a_p256().jwk()});
    BOOST_TEST(why_no_set(padded + std::string(262144 - padded.size(), ' ')) == "");
    BOOST_TEST(
        why_no_set(padded + std::string(262145 - padded.size(), ' ')) ==
        "is too long for a key set: at most 262144 bytes"
    );
}

BOOST_AUTO_TEST_CASE(a_set_is_read_from_a_plain_file_that_not_everybody_writes) {
    const clarion::support::temporary_directory folder;
    const fs::path path = folder.path() / "keys.json";
    const auto refusal = [](const std::string& of) {
        const key_set_result read = read_key_set(of);
        const auto* refused = std::get_if<key_set_refused>(&read);
        return refused == nullptr ? std::string() : refused->why;
    };
    std::ofstream(path) << set_of({a_p256().jwk()}) << '\n';
    fs::permissions(path, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
    BOOST_TEST(refusal(path) == "");
    fs::permissions(path, fs::perms::owner_all | fs::perms::others_write);
    BOOST_TEST(
        refusal(path) ==
        path.string() + " can be written by every user of this machine: run chmod o-w on it"
    );
    BOOST_TEST(
        refusal(folder.path()) == folder.path().string() + " cannot be read: it is not a plain file"
    );
    BOOST_TEST(refusal("/no/keys") == "/no/keys cannot be read: No such file or directory");
    fs::permissions(path, fs::perms::owner_all);
    std::ofstream(path) << std::string(300000, ' ');
    BOOST_TEST(refusal(path) == path.string() + " is too long for a key set: at most 262144 bytes");
    std::ofstream(path) << "{}";
    BOOST_TEST(refusal(path) == path.string() + R"( is not a key set, which is {"keys":[…]})");
}

BOOST_AUTO_TEST_SUITE_END()
