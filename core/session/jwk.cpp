#include "core/session/jwk.hpp"

#include "core/session/base64url.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace clarion::session {

namespace {

namespace json = boost::json;

using complaint = std::optional<key_refused>;

/// Absent, when nothing stands there or something that is no text.
std::optional<std::string_view> text_of(const json::object& from, std::string_view name) {
    const json::value* found = from.if_contains(name);
    if (found == nullptr || !found->is_string())
        return std::nullopt;
    return std::string_view(found->get_string());
}

bool says(const json::object& from, std::string_view name, std::string_view expected) {
    return text_of(from, name) == expected;
}

complaint wrong_kid(const json::object& from) {
    if (!from.contains("kid"))
        return std::nullopt;
    const auto kid = text_of(from, "kid");
    if (!kid || kid->empty() || kid->size() > key_id_bytes_max)
        return key_refused{
            "has a kid that is no text of 1 to " + std::to_string(key_id_bytes_max) + " bytes"
        };
    return std::nullopt;
}

// RFC 7517 sections 4.2 and 4.3.
complaint wrong_purpose(const json::object& from) {
    if (from.contains("use") && !says(from, "use", "sig"))
        return key_refused{"is not for signatures (use)"};
    const json::value* operations = from.if_contains("key_ops");
    if (operations == nullptr)
        return std::nullopt;
    const bool checks = operations->is_array() &&
                        std::ranges::any_of(operations->get_array(), [](const json::value& one) {
                            return one.is_string() && one.get_string() == "verify";
                        });
    if (!checks)
        return key_refused{"is not for checking signatures (key_ops)"};
    return std::nullopt;
}

complaint wrong_algorithm(const json::object& from, std::string_view only) {
    if (!from.contains("alg") || says(from, "alg", only))
        return std::nullopt;
    return key_refused{"has an alg that is not " + std::string(only)};
}

struct member_name {
    std::string_view name;
    std::string& into;
};

complaint read_members(const json::object& from, std::initializer_list<member_name> wanted) {
    for (const auto& [name, into] : wanted) {
        const auto text = text_of(from, name);
        auto bytes = text ? from_base64url(*text) : std::nullopt;
        if (!bytes || bytes->empty())
            return key_refused{"has no " + std::string(name) + " in base64url without padding"};
        into = *std::move(bytes);
    }
    return std::nullopt;
}

public_key::made read_rsa(const json::object& from) {
    const bool is_pss = says(from, "alg", "PS256");
    if (!is_pss && wrong_algorithm(from, "RS256"))
        return key_refused{"has an alg that is not RS256 or PS256"};
    rsa_numbers numbers;
    if (auto why = read_members(from, {{"n", numbers.modulus}, {"e", numbers.exponent}}))
        return *std::move(why);
    using padding = public_key::rsa_padding;
    return public_key::of_rsa(numbers, is_pss ? padding::pss : padding::pkcs1);
}

public_key::made read_p256(const json::object& from) {
    if (!says(from, "crv", "P-256"))
        return key_refused{"has a crv that is not P-256"};
    if (auto why = wrong_algorithm(from, "ES256"))
        return *std::move(why);
    curve_point point;
    if (auto why = read_members(from, {{"x", point.x}, {"y", point.y}}))
        return *std::move(why);
    return public_key::of_p256(point);
}

public_key::made read_ed25519(const json::object& from) {
    if (!says(from, "crv", "Ed25519"))
        return key_refused{"has a crv that is not Ed25519"};
    if (auto why = wrong_algorithm(from, "EdDSA"))
        return *std::move(why);
    std::string bytes;
    if (auto why = read_members(from, {{"x", bytes}}))
        return *std::move(why);
    return public_key::of_ed25519(bytes);
}

public_key::made read_key(const json::object& from) {
    if (says(from, "kty", "RSA"))
        return read_rsa(from);
    if (says(from, "kty", "EC"))
        return read_p256(from);
    if (says(from, "kty", "OKP"))
        return read_ed25519(from);
    if (says(from, "kty", "oct"))
        return key_refused{"is a secret, which belongs into --jwt-secret-file"};
    return key_refused{"has a kty that is not RSA, EC or OKP"};
}

}  // namespace

std::variant<jwk, key_refused> read_jwk(const json::object& from) {
    if (auto why = wrong_kid(from))
        return *std::move(why);
    if (auto why = wrong_purpose(from))
        return *std::move(why);
    public_key::made key = read_key(from);
    if (auto* refused = std::get_if<key_refused>(&key))
        return std::move(*refused);
    const auto kid = text_of(from, "kid");
    return jwk{
        kid ? std::optional<std::string>(*kid) : std::nullopt,
        std::get<public_key>(std::move(key)),
        from.contains("d"),
    };
}

}  // namespace clarion::session
