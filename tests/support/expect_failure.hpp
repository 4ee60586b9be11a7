#pragma once

#include "core/failure/ledger.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::support {

/// What a test says of a record that its code's row does not.
struct expected_failure {
    /// As raised; a row's own severity is not taken for granted.
    failure::severity how{};
    failure::code_class of{};
    /// Ids in full; the record has the user's shortened.
    failure::context about{};
    std::int64_t seq = 0;
    /// A part of the detail.
    std::string_view detail{};
    /// The source file at the top of the stack.
    std::string_view from{};
};

/// The ledger holds exactly one failure of this code, and `/debug/failures` shows it whole: code,
/// severity, class, impact, remedy, ids, seq, detail and stack. Every row of the table is expected
/// by some test (tools/docs/failures.py).
void expect_failure(
    failure::code what,
    const failure::ledger& in,
    const expected_failure& expected
);

}  // namespace clarion::support
