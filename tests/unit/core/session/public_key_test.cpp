#include "core/session/public_key.hpp"

#include "core/session/base64url.hpp"
#include "core/session/jwk.hpp"
#include "tests/unit/core/session/signing_key.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

#include <openssl/err.h>

namespace {

using namespace clarion::session;
using clarion::support::signing_key;

public_key key_of(const std::string& json) {
    auto read = read_jwk(boost::json::parse(json).as_object());
    const auto* refused = std::get_if<key_refused>(&read);
    if (refused != nullptr)
        BOOST_FAIL(refused->why);
    return std::get<jwk>(std::move(read)).key;
}

bool is_good(const public_key& key, const std::string& jws) {
    const std::size_t last = jws.rfind('.');
    return key.has_signed(jws.substr(0, last), *from_base64url(jws.substr(last + 1)));
}

const std::string joes_claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
    "lfQ";
const std::string text = "what is signed";

struct issuer {
    jws_algorithm algorithm;
    signing_key key;
    std::string more;
};

/// One of each algorithm; RSA takes its time to be made.
const std::vector<issuer>& issuers() {
    static const signing_key rsa = signing_key::rsa();
    static const std::vector<issuer> all{
        {jws_algorithm::rs256, rsa, ""},
        {jws_algorithm::ps256, rsa, R"(,"alg":"PS256")"},
        {jws_algorithm::es256, signing_key::ec(), ""},
        {jws_algorithm::eddsa, signing_key::ed25519(), ""},
    };
    return all;
}

const issuer& issuer_of(jws_algorithm algorithm) {
    for (const issuer& one : issuers())
        if (one.algorithm == algorithm)
            return one;
    throw std::out_of_range("no issuer");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(public_key_checks)

BOOST_AUTO_TEST_CASE(the_rs256_signature_of_rfc_7515_a_2_is_good) {
    const public_key key = key_of(
        R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxH)"
        "mfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_"
        "YpRPEwOWvG6b32690r2jZ47soMZo9w"
        "Gzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
        "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZ"
        "lxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
        "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h"
        R"(4FRWyuXpoQ"})"
    );
    BOOST_TEST((key.algorithm() == jws_algorithm::rs256));
    BOOST_TEST(is_good(
        key,
        "eyJhbGciOiJSUzI1NiJ9." + joes_claims +
            ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
            "O8"
            "W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
            "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvk"
            "SjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
            "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCn"
            "vWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    ));
}

BOOST_AUTO_TEST_CASE(the_es256_signature_of_rfc_7515_a_3_is_good) {
    const public_key key =
        key_of(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
               R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
    BOOST_TEST((key.algorithm() == jws_algorithm::es256));
    BOOST_TEST(is_good(
        key,
        "eyJhbGciOiJFUzI1NiJ9." + joes_claims +
            ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-"
            "Kg6NU1Q"
    ));
}

BOOST_AUTO_TEST_CASE(the_eddsa_signature_of_rfc_8037_a_4_is_good) {
    const public_key key =
        key_of(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"
        );
    BOOST_TEST((key.algorithm() == jws_algorithm::eddsa));
    BOOST_TEST(is_good(
        key,
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-"
        "09PGcvM"
        "g3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    ));
}

BOOST_AUTO_TEST_CASE(a_key_takes_its_own_signatures_of_its_own_algorithm_alone) {
    for (const issuer& by : issuers()) {
        const public_key key = key_of(by.key.jwk(by.more));
        BOOST_TEST((key.algorithm() == by.algorithm));
        for (int again = 0; again < 8; ++again)
            BOOST_TEST(key.has_signed(text, by.key.sign(by.algorithm, text)));
        BOOST_TEST(!key.has_signed(text + '.', by.key.sign(by.algorithm, text)));
        BOOST_TEST(!key.has_signed("", by.key.sign(by.algorithm, text)));
        BOOST_TEST(key.has_signed("", by.key.sign(by.algorithm, "")));
        for (const issuer& other : issuers())
            if (other.algorithm != by.algorithm)
                BOOST_TEST(!key.has_signed(text, other.key.sign(other.algorithm, text)));
    }
}

BOOST_AUTO_TEST_CASE(a_signature_with_a_bit_or_a_byte_too_many_or_too_few_is_none) {
    for (const issuer& by : issuers()) {
        const public_key key = key_of(by.key.jwk(by.more));
        const std::string good = by.key.sign(by.algorithm, text);
        for (std::size_t at = 0; at < good.size(); ++at) {
            std::string other = good;
            other[at] = static_cast<char>(other[at] ^ 1);
            BOOST_TEST(!key.has_signed(text, other));
        }
        const std::string zero(1, '\0');
        for (const std::string& wrong :
             {std::string(),
              good.substr(1),
              good.substr(0, good.size() - 1),
              good.substr(0, good.size() / 2),
              good + zero,
              zero + good,
              good + good,
              std::string(good.size(), '\0'),
              std::string(good.size(), '\xFF')})
            BOOST_TEST(!key.has_signed(text, wrong));
        BOOST_TEST(key.has_signed(text, good));
    }
}

// 0 and the order of the curve as r or s, and what OpenSSL itself would take.
BOOST_AUTO_TEST_CASE(the_numbers_of_an_es256_signature_are_in_range_and_side_by_side) {
    const issuer& by = issuer_of(jws_algorithm::es256);
    const public_key key = key_of(by.key.jwk());
    const std::string good = by.key.sign(jws_algorithm::es256, text);
    const std::string r = good.substr(0, 32);
    const std::string s = good.substr(32);
    const std::string zero(32, '\0');
    const std::string one = std::string(31, '\0') + '\1';
    // ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
    const std::string order = *from_base64url("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
    for (const std::string& wrong :
         {zero + zero, r + zero, zero + s, one + one, order + s, s + r, r + order, order + order})
        BOOST_TEST(!key.has_signed(text, wrong));
    const std::string der = by.key.sign_raw(jws_algorithm::es256, text);
    BOOST_TEST(!key.has_signed(text, der));
    BOOST_TEST(!key.has_signed(text, der.substr(0, 64)));
    BOOST_TEST(!key.has_signed(text, zero.substr(0, 1) + r + zero.substr(0, 1) + s));
}

// A signature whose numbers begin with a zero byte, or with a bit that DER would read as a sign.
BOOST_AUTO_TEST_CASE(small_and_large_numbers_of_an_es256_signature_reach_der_as_they_are) {
    const issuer& by = issuer_of(jws_algorithm::es256);
    const public_key key = key_of(by.key.jwk());
    bool had_small = false;
    bool had_large = false;
    for (int round = 0; round < 20000 && !(had_small && had_large); ++round) {
        const std::string signed_text = text + std::to_string(round);
        const std::string good = by.key.sign(jws_algorithm::es256, signed_text);
        const auto first = static_cast<unsigned char>(good[0]);
        had_small = had_small || first == 0;
        had_large = had_large || first >= 0x80;
        BOOST_REQUIRE(key.has_signed(signed_text, good));
    }
    BOOST_TEST(had_small);
    BOOST_TEST(had_large);
}

BOOST_AUTO_TEST_CASE(the_salt_of_a_ps256_signature_is_as_long_as_its_digest) {
    const issuer& by = issuer_of(jws_algorithm::ps256);
    const public_key key = key_of(by.key.jwk(by.more));
    BOOST_TEST(key.has_signed(text, by.key.sign_raw(jws_algorithm::ps256, text, 32)));
    for (const int salt_bytes : {0, 20, 31, 33, 64})
        BOOST_TEST(!key.has_signed(text, by.key.sign_raw(jws_algorithm::ps256, text, salt_bytes)));
}

BOOST_AUTO_TEST_CASE(what_was_wrong_is_not_left_to_the_next_user_of_openssl) {
    ERR_clear_error();
    for (const issuer& by : issuers()) {
        const public_key key = key_of(by.key.jwk(by.more));
        const std::string good = by.key.sign(by.algorithm, text);
        BOOST_TEST(!key.has_signed(text, std::string(good.size(), '\xFF')));
    }
    const std::string far(32, '\1');
    BOOST_TEST((std::holds_alternative<key_refused>(public_key::of_p256({far, far}))));
    BOOST_TEST(ERR_peek_error() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
