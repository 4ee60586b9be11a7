#pragma once

#include <boost/json/value.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace clarion::protocol::testing {

/// One JSON Schema in a validator that is not ours (valijson).
class schema_validator {
public:
    /// Throws when `schema` is no schema.
    explicit schema_validator(std::string_view schema);
    ~schema_validator();
    schema_validator(const schema_validator&) = delete;
    schema_validator& operator=(const schema_validator&) = delete;

    /// What the validator has against `value`; empty when nothing.
    [[nodiscard]] std::string complaint(const boost::json::value& value) const;

private:
    struct parsed;
    std::unique_ptr<parsed> parsed_;
};

}  // namespace clarion::protocol::testing
