#pragma once

#include "tests/unit/core/protocol/field_facts.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::protocol::testing {

/// What must become of an object in which one field was changed.
enum class verdict : std::uint8_t {
    accepted,
    refused,
    /// Too long in bytes but not in characters: JSON Schema cannot say it, the reader must.
    refused_by_reader,
    /// Depends on more than this field; reader and schema must agree all the same.
    same_for_both,
};

struct field_variant {
    std::string what;
    boost::json::object object;
    verdict expected{};
};

/// A client may send null for a field that is absent; the server never does.
enum class null_means : std::uint8_t { absent, wrong };

/// Each way in which this field of a legal object may be missing, wrong, too long or just right.
std::vector<field_variant>
variants_of(const field_fact& fact, const boost::json::object& legal, null_means nulls);

}  // namespace clarion::protocol::testing
