#include "core/session/key_set.hpp"

#include "core/failure/legible_text.hpp"
#include "core/session/plain_file.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace clarion::session {

namespace {

namespace json = boost::json;

// In a sentence about it.
constexpr std::size_t shown_kid_bytes_max = 64;
constexpr std::size_t reasons_shown_max = 3;

std::string name_of_key(std::size_t index, const json::value& key) {
    std::string name = "key " + std::to_string(index + 1);
    const json::value* kid = key.is_object() ? key.get_object().if_contains("kid") : nullptr;
    if (kid == nullptr || !kid->is_string())
        return name;
    name += " (kid \"";
    failure::append_printable(name, failure::cut(kid->get_string(), shown_kid_bytes_max));
    return name + "\")";
}

std::variant<jwk, key_refused> read_any(const json::value& key) {
    if (!key.is_object())
        return key_refused{"is not a JSON object"};
    return read_jwk(key.get_object());
}

key_set_refused without_a_key(const std::vector<std::string>& reasons) {
    std::string why = "has no key that can check tokens";
    const std::size_t shown = std::min(reasons.size(), reasons_shown_max);
    for (std::size_t index = 0; index < shown; ++index)
        why += (index == 0 ? ": " : "; ") + reasons[index];
    if (reasons.size() > shown)
        why += "; and " + std::to_string(reasons.size() - shown) + " more";
    return {why};
}

key_set_result read_keys(const json::array& from) {
    if (from.size() > key_set_keys_max)
        return key_set_refused{
            "has " + std::to_string(from.size()) + " keys: at most " +
            std::to_string(key_set_keys_max) + " are taken"
        };
    std::vector<jwk> keys;
    std::vector<std::string> notes;
    std::vector<std::string> reasons;
    for (std::size_t index = 0; index < from.size(); ++index) {
        const std::string name = name_of_key(index, from[index]);
        auto read = read_any(from[index]);
        if (const auto* refused = std::get_if<key_refused>(&read)) {
            reasons.push_back(name + ' ' + refused->why);
            notes.push_back(reasons.back() + ": it is left out");
            continue;
        }
        auto& taken = std::get<jwk>(read);
        if (taken.has_private_part)
            notes.push_back(
                name + " has its private part (d): take it out, whoever reads it can make tokens"
            );
        const bool is_known = std::ranges::any_of(keys, [&taken](const jwk& other) {
            return taken.kid && taken.kid == other.kid &&
                   taken.key.algorithm() == other.key.algorithm();
        });
        if (is_known)
            notes.push_back(name + " has the kid and the algorithm of another: both are tried");
        keys.push_back(std::move(taken));
    }
    if (keys.empty())
        return without_a_key(reasons);
    return key_set_read{std::make_shared<const key_set>(std::move(keys)), std::move(notes)};
}

}  // namespace

key_verdict key_set::check(const signed_text& with) const {
    std::vector<const public_key*> candidates;
    bool has_kid = false;
    for (const jwk& one : keys_) {
        if (with.kid && with.kid != one.kid)
            continue;
        has_kid = true;
        if (one.key.algorithm() == with.algorithm)
            candidates.push_back(&one.key);
    }
    if (candidates.empty())
        return has_kid ? key_verdict::algorithm_of_no_key : key_verdict::kid_unknown;
    if (candidates.size() > keys_tried_max)
        return key_verdict::too_many_keys;
    const bool is_signed = std::ranges::any_of(candidates, [&with](const public_key* key) {
        return key->has_signed(with.text, with.signature);
    });
    return is_signed ? key_verdict::signed_by_a_key : key_verdict::not_signed;
}

bool key_set::has(jws_algorithm algorithm) const {
    return std::ranges::any_of(keys_, [algorithm](const jwk& one) {
        return one.key.algorithm() == algorithm;
    });
}

key_set_result parse_key_set(std::string_view text) {
    if (text.size() > key_set_bytes_max)
        return key_set_refused{
            "is too long for a key set: at most " + std::to_string(key_set_bytes_max) + " bytes"
        };
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error);
    if (error)
        return key_set_refused{"is not JSON: " + error.message()};
    const json::object* set = parsed.if_object();
    const json::value* keys = set == nullptr ? nullptr : set->if_contains("keys");
    if (keys == nullptr && set != nullptr && set->contains("kty"))
        return key_set_refused{R"(is a single key: write {"keys":[ before it and ]} behind it)"};
    if (keys == nullptr || !keys->is_array())
        return key_set_refused{R"(is not a key set, which is {"keys":[…]})"};
    return read_keys(keys->get_array());
}

key_set_result read_key_set(const std::string& path) {
    auto read = read_plain_file(path, key_set_bytes_max, open_to_all::reading);
    if (auto* refused = std::get_if<file_refused>(&read))
        return key_set_refused{std::move(refused->why)};
    key_set_result parsed = parse_key_set(std::get<std::string>(read));
    if (auto* refused = std::get_if<key_set_refused>(&parsed))
        return key_set_refused{path + ' ' + refused->why};
    return parsed;
}

}  // namespace clarion::session
