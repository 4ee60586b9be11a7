#include "core/session/jwt.hpp"

#include "core/metrics/enum_counts.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/session/base64url.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace clarion::session {

namespace {

namespace json = boost::json;

using complaint = std::optional<std::string>;

// The end of the year 9999: what is above was meant as milliseconds, or is nonsense.
constexpr double date_max_s = 253'402'300'799;

struct token_parts {
    std::string_view signed_part;
    std::string header;
    std::string payload;
    std::string signature;
};

std::variant<token_parts, token_refused> take_apart(std::string_view token) {
    if (token.empty())
        return token_refused{"the token is empty"};
    if (token.size() > token_bytes_max)
        return token_refused{
            "the token has more than " + std::to_string(token_bytes_max) + " bytes"
        };
    const std::size_t first = token.find('.');
    const std::size_t last = token.rfind('.');
    if (first == last || token.substr(first + 1, last - first - 1).find('.') != token.npos)
        return token_refused{"the token does not have three parts"};
    auto header = from_base64url(token.substr(0, first));
    auto payload = from_base64url(token.substr(first + 1, last - first - 1));
    auto signature = from_base64url(token.substr(last + 1));
    if (!header || !payload || !signature)
        return token_refused{"the token is not in base64url without padding"};
    return token_parts{
        token.substr(0, last),
        *std::move(header),
        *std::move(payload),
        *std::move(signature)
    };
}

std::optional<json::object> parse_object(const std::string& text) {
    boost::system::error_code error;
    json::value parsed = json::parse(text, error);
    if (error || !parsed.is_object())
        return std::nullopt;
    return std::move(parsed.get_object());
}

bool says(const json::value* claim, std::string_view expected) {
    return claim != nullptr && claim->is_string() && claim->get_string() == expected;
}

struct token_header {
    jws_algorithm algorithm = jws_algorithm::hs256;
    std::optional<std::string> kid;
};

bool checks(const token_keys& keys, jws_algorithm algorithm) {
    if (algorithm == jws_algorithm::hs256)
        return keys.secret != nullptr;
    return keys.set && keys.set->has(algorithm);
}

std::string list_of_algorithms(const token_keys& keys) {
    std::vector<std::string_view> names;
    for (std::size_t index = 0; index < metrics::enumerators_of<jws_algorithm>(); ++index)
        if (const auto one = static_cast<jws_algorithm>(index); checks(keys, one))
            names.push_back(protocol::name_of(one));
    std::string list;
    for (std::size_t index = 0; index < names.size(); ++index) {
        if (index > 0)
            list += index + 1 == names.size() ? " or " : ", ";
        list += names[index];
    }
    return list;
}

complaint read_header(const std::string& text, const token_keys& keys, token_header& into) {
    const auto header = parse_object(text);
    if (!header)
        return "the token's header is not a JSON object";
    const json::value* alg = header->if_contains("alg");
    const auto algorithm = alg == nullptr || !alg->is_string()
                               ? std::nullopt
                               : protocol::enum_from_name<jws_algorithm>(alg->get_string());
    if (!algorithm || !checks(keys, *algorithm))
        return "the token's alg is not " + list_of_algorithms(keys);
    // Whatever it names would have to be understood (RFC 7515 section 4.1.11); nothing is.
    if (header->contains("crit"))
        return "the token's header has crit, which is not supported";
    const json::value* kid = header->if_contains("kid");
    if (kid != nullptr && !kid->is_string())
        return "the token's kid is not a text";
    into.algorithm = *algorithm;
    if (kid != nullptr)
        into.kid = kid->get_string();
    return std::nullopt;
}

complaint wrong_by_the_set(const key_set& keys, const signed_text& checked) {
    switch (keys.check(checked)) {
        case key_verdict::signed_by_a_key:
            return std::nullopt;
        case key_verdict::kid_unknown:
            return "the token's kid names no key of this server";
        case key_verdict::algorithm_of_no_key:
            return "the token's alg is not that of its key (kid)";
        case key_verdict::too_many_keys:
            return "the token does not say which key signed it (kid), and there are too many to "
                   "try";
        case key_verdict::not_signed:
            break;
    }
    return "the token is not signed with a key of this server";
}

// A secret has no name: kid says nothing about it.
complaint
wrong_signature(const token_parts& parts, const token_header& header, const token_keys& keys) {
    if (header.algorithm != jws_algorithm::hs256)
        return wrong_by_the_set(
            *keys.set,
            {header.algorithm, header.kid, parts.signed_part, parts.signature}
        );
    if (!keys.secret->has_signed(parts.signed_part, parts.signature))
        return "the token is not signed with this server's secret";
    return std::nullopt;
}

// A NumericDate (RFC 7519 section 2), in ms; absent when the claim is.
std::variant<std::optional<std::int64_t>, std::string>
read_date(const json::object& claims, std::string_view name) {
    const json::value* claim = claims.if_contains(name);
    if (claim == nullptr)
        return std::optional<std::int64_t>();
    boost::system::error_code error;
    const double seconds = claim->is_number() ? claim->to_number<double>(error) : -1;
    if (error || !(seconds >= 0) || seconds > date_max_s)
        return "the token's " + std::string(name) + " is not a time in seconds since 1970";
    if (claim->is_double())
        return std::optional<std::int64_t>(std::llround(seconds * 1000));
    return std::optional<std::int64_t>(claim->to_number<std::int64_t>(error) * 1000);
}

struct token_dates {
    std::optional<std::int64_t> exp;
    std::optional<std::int64_t> nbf;
    std::optional<std::int64_t> iat;
};

complaint read_dates(const json::object& claims, token_dates& into) {
    const std::pair<std::string_view, std::optional<std::int64_t>*> wanted[] = {
        {"exp", &into.exp},
        {"nbf", &into.nbf},
        {"iat", &into.iat},
    };
    for (const auto& [name, place] : wanted) {
        auto read = read_date(claims, name);
        if (auto* why = std::get_if<std::string>(&read))
            return std::move(*why);
        *place = std::get<std::optional<std::int64_t>>(read);
    }
    return std::nullopt;
}

complaint wrong_dates(const token_dates& dates, std::int64_t now_ms) {
    if (!dates.exp)
        return "the token has no exp, so it would never expire";
    if (*dates.exp <= now_ms)
        return "the token has expired";
    if (dates.nbf && *dates.nbf > now_ms + token_leeway_ms)
        return "the token is not valid yet (nbf)";
    if (dates.iat && *dates.iat > now_ms + token_leeway_ms)
        return "the token was issued in the future (iat)";
    return std::nullopt;
}

bool names_audience(const json::value* claim, const std::string& audience) {
    if (claim == nullptr || !claim->is_array())
        return says(claim, audience);
    return std::ranges::any_of(claim->get_array(), [&audience](const json::value& one) {
        return says(&one, audience);
    });
}

complaint wrong_parties(const json::object& claims, const token_rules& rules) {
    if (!rules.issuer.empty() && !says(claims.if_contains("iss"), rules.issuer))
        return "the token is of another issuer (iss)";
    if (!rules.audience.empty() && !names_audience(claims.if_contains("aud"), rules.audience))
        return "the token is for another audience (aud)";
    return std::nullopt;
}

token_verdict
check_claims(const std::string& payload, const token_rules& rules, std::int64_t now_ms) {
    const auto claims = parse_object(payload);
    if (!claims)
        return token_refused{"the token's claims are not a JSON object"};
    token_dates dates;
    if (auto why = read_dates(*claims, dates))
        return token_refused{*std::move(why)};
    if (auto why = wrong_dates(dates, now_ms))
        return token_refused{*std::move(why)};
    if (auto why = wrong_parties(*claims, rules))
        return token_refused{*std::move(why)};
    const json::value* subject = claims->if_contains("sub");
    if (subject == nullptr || !subject->is_string())
        return token_refused{"the token names no user (sub)"};
    if (!protocol::is_valid_id(subject->get_string()))
        return token_refused{"the token's sub does not match [A-Za-z0-9_.:-]{1,128}"};
    return token_claims{std::string(subject->get_string()), *dates.exp, dates.iat};
}

}  // namespace

token_verdict check_token(
    std::string_view token,
    const token_keys& keys,
    const token_rules& rules,
    std::int64_t now_ms
) {
    auto taken = take_apart(token);
    if (auto* refused = std::get_if<token_refused>(&taken))
        return std::move(*refused);
    const auto& parts = std::get<token_parts>(taken);
    token_header header;
    if (auto why = read_header(parts.header, keys, header))
        return token_refused{*std::move(why)};
    if (auto why = wrong_signature(parts, header, keys))
        return token_refused{*std::move(why)};
    return check_claims(parts.payload, rules, now_ms);
}

std::string make_token(const token_order& order, const token_secret& secret) {
    const std::int64_t issued_s = order.now_ms / 1000;
    std::string claims;
    protocol::object_writer writer(claims);
    writer("sub", order.user_id);
    writer("iat", issued_s);
    writer("exp", issued_s + static_cast<std::int64_t>(order.lives.count()));
    if (!order.says.issuer.empty())
        writer("iss", order.says.issuer);
    if (!order.says.audience.empty())
        writer("aud", order.says.audience);
    writer.end();
    std::string token = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + '.' + to_base64url(claims);
    token += '.' + to_base64url(secret.sign(token));
    return token;
}

}  // namespace clarion::session
