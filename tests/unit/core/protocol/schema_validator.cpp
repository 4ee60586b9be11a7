#include "tests/unit/core/protocol/schema_validator.hpp"

#include <boost/json/parse.hpp>

#include <cmath>

#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace clarion::protocol::testing {

namespace {

namespace json = boost::json;

// valijson takes a number for an integer only without a fraction in its text; since Draft-06 a
// fraction of zero is one too.
json::value with_integers(const json::value& value) {
    if (const auto* number = value.if_double()) {
        constexpr double limit = 9e18;
        if (std::abs(*number) < limit && *number == std::trunc(*number))
            return static_cast<std::int64_t>(*number);
    }
    json::value copy = value;
    if (auto* object = copy.if_object())
        for (auto& member : *object)
            member.value() = with_integers(member.value());
    if (auto* array = copy.if_array())
        for (json::value& element : *array)
            element = with_integers(element);
    return copy;
}

}  // namespace

struct schema_validator::parsed {
    valijson::Schema schema;
};

schema_validator::schema_validator(std::string_view schema) : parsed_(std::make_unique<parsed>()) {
    const json::value document = json::parse(schema);
    valijson::SchemaParser().populateSchema(
        valijson::adapters::BoostJsonAdapter(document),
        parsed_->schema
    );
}

schema_validator::~schema_validator() = default;

std::string schema_validator::complaint(const json::value& value) const {
    const json::value plain = with_integers(value);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    const valijson::adapters::BoostJsonAdapter target(plain);
    if (validator.validate(parsed_->schema, target, &results))
        return {};
    valijson::ValidationResults::Error error;
    std::string all = "refused";
    while (results.popError(error))
        all += "; " + error.description;
    return all;
}

}  // namespace clarion::protocol::testing
