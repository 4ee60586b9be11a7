#pragma once

#include <string>
#include <string_view>

namespace clarion::model {

// A server that cuts its strings by UTF-16 units (any in JavaScript may) sends a character beyond
// U+FFFF as two halves, each an escape of its own in a chunk of its own, which is no JSON that a
// strict reader takes. The halves are carried through as three bytes each (WTF-8) and joined again.

/// JSON with each escape of half a pair that stands alone in it replaced by its three bytes.
[[nodiscard]] std::string unescape_halves(std::string_view json);

/// Joins halves in a text that comes in pieces of whole characters; what stays alone becomes
/// U+FFFD.
class half_joiner {
public:
    [[nodiscard]] std::string feed(std::string piece);
    /// What was held back for its other half.
    [[nodiscard]] std::string end();

private:
    std::string held_;  // the first half of a pair
};

/// The same for a whole text.
[[nodiscard]] std::string join_halves(std::string text);

}  // namespace clarion::model
