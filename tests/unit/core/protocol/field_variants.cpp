#include "tests/unit/core/protocol/field_variants.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace clarion::protocol::testing {

namespace {

namespace json = boost::json;
using enum verdict;

constexpr field_rule unlimited{};

class variant_maker {
public:
    variant_maker(const field_fact& fact, const json::object& legal, null_means nulls)
        : fact_(fact), legal_(legal), nulls_(nulls) {}

    std::vector<field_variant> make() {
        make_absent();
        for (const json::value& wrong : plain_values())
            put(json::serialize(wrong), wrong, verdict_on_type(wrong));
        if (fact_.kind == field_kind::text)
            make_texts();
        if (fact_.kind == field_kind::number)
            make_numbers();
        if (fact_.kind == field_kind::name)
            make_names();
        if (fact_.kind == field_kind::json)
            make_jsons();
        return std::move(variants_);
    }

private:
    static std::vector<json::value> plain_values() {
        return {
            true,
            1.5,
            "",
            json::array{},
            json::object{},
            json::array{1},
            json::object{{"a", 1}}
        };
    }

    void make_absent() {
        const bool any_json = fact_.kind == field_kind::json && !fact_.rule.object;
        const verdict absent = fact_.optional ? accepted : refused;
        if (fact_.pointer.ends_with("/0") || fact_.pointer.ends_with("/key")) {
            put("null", json::value(), any_json ? accepted : refused);
            return;
        }
        remove(absent);
        const bool may_be_null = any_json || (absent == accepted && nulls_ == null_means::absent);
        put("null", json::value(), may_be_null ? accepted : refused);
    }

    verdict verdict_on_type(const json::value& value) const {
        switch (fact_.kind) {
            case field_kind::truth:
                return value.is_bool() ? accepted : refused;
            case field_kind::text:
                return value.is_string() && fact_.rule.bytes_min == 0 ? accepted : refused;
            case field_kind::json:
                return value.is_object() || !fact_.rule.object ? accepted : refused;
            case field_kind::list:
                return value.is_array() ? same_for_both : refused;
            case field_kind::map:
            case field_kind::object:
                return value.is_object() ? same_for_both : refused;
            case field_kind::number:
            case field_kind::name:
                break;
        }
        return refused;
    }

    void make_texts() {
        const field_rule& rule = fact_.rule;
        put("a text", "text", accepted);
        if (rule.bytes_max != unlimited.bytes_max) {
            put("the longest text", std::string(rule.bytes_max, 'x'), accepted);
            put("a text too long", std::string(rule.bytes_max + 1, 'x'), refused);
            std::string wide;
            while (wide.size() <= rule.bytes_max)
                wide += "\xC3\xA9";
            put("a text too long in bytes", wide, rule.id_charset ? refused : refused_by_reader);
        }
        for (const char* const text : {"a b", "a/b", "a\n", "\xC3\xA9", "a\x01", "~", " "})
            put("characters", text, rule.id_charset ? refused : accepted);
    }

    void make_numbers() {
        const field_rule& rule = fact_.rule;
        put("the least", rule.least, accepted);
        put("the most", rule.most, accepted);
        put("a whole number with a fraction of zero",
            static_cast<double>(std::clamp<std::int64_t>(3, rule.least, rule.most)),
            accepted);
        if (rule.least != unlimited.least)
            put("one too small", rule.least - 1, refused);
        if (rule.most != unlimited.most)
            put("one too large", rule.most + 1, refused);
        for (const double huge : {1e19, -1e19, 1e300, -1e300, 4e-320})
            put("huge or tiny", huge, refused);
        put("beyond 64 bits with a sign", std::numeric_limits<std::uint64_t>::max(), refused);
    }

    void make_names() {
        for (const std::string& name : fact_.names)
            put("a name", name, accepted);
        put("no name", "nonsense", refused);
        put("all names", "a|b", refused);
        put("a number", json::value(1), refused);
    }

    void make_jsons() {
        if (fact_.rule.bytes_max == unlimited.bytes_max)
            return;
        const auto around = json::serialize(json::object{{"a", ""}}).size();
        const json::object longest{{"a", json::string(fact_.rule.bytes_max - around, 'x')}};
        put("the longest", longest, accepted);
        const json::object longer{{"a", json::string(fact_.rule.bytes_max - around + 1, 'x')}};
        put("too long", longer, refused_by_reader);
    }

    void put(std::string what, const std::string& text, verdict expected) {
        put(std::move(what), json::value(text), expected);
    }
    void put(std::string what, const char* text, verdict expected) {
        put(std::move(what), json::value(text), expected);
    }
    void put(std::string what, json::value value, verdict expected) {
        json::value changed(legal_);
        changed.set_at_pointer(fact_.pointer, std::move(value));
        add(std::move(what), std::move(changed), expected);
    }

    void remove(verdict expected) {
        json::value changed(legal_);
        boost::system::error_code error;
        const std::size_t name_at = fact_.pointer.rfind('/');
        json::value* const parent = changed.find_pointer(fact_.pointer.substr(0, name_at), error);
        parent->as_object().erase(fact_.pointer.substr(name_at + 1));
        add("missing", std::move(changed), expected);
    }

    void add(std::string what, json::value changed, verdict expected) {
        // Whether this field may stand depends on the other one.
        if (fact_.in_choice && expected == accepted)
            expected = same_for_both;
        variants_.push_back(
            {fact_.pointer + ": " + what.substr(0, 60), std::move(changed.as_object()), expected}
        );
    }

    const field_fact& fact_;
    const json::object& legal_;
    null_means nulls_;
    std::vector<field_variant> variants_;
};

}  // namespace

std::vector<field_variant>
variants_of(const field_fact& fact, const json::object& legal, null_means nulls) {
    return variant_maker(fact, legal, nulls).make();
}

}  // namespace clarion::protocol::testing
