#pragma once

#include "core/session/jwk.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::session {

inline constexpr std::size_t key_set_bytes_max = 262144;
inline constexpr std::size_t key_set_keys_max = 64;
/// How many signatures one token may cost.
inline constexpr std::size_t keys_tried_max = 16;

/// What a token's header says of its signature, and the signature.
struct signed_text {
    jws_algorithm algorithm = jws_algorithm::rs256;
    std::optional<std::string_view> kid;
    std::string_view text;
    std::string_view signature;
};

enum class key_verdict {
    signed_by_a_key,
    kid_unknown,
    /// There are such keys, all of another algorithm.
    algorithm_of_no_key,
    /// There are more than `keys_tried_max`, and the header does not say which.
    too_many_keys,
    not_signed,
};

/// The public keys that tokens are checked with (RFC 7517). Immutable, read from any shard.
class key_set {
public:
    explicit key_set(std::vector<jwk> keys) : keys_(std::move(keys)) {}

    /// With a `kid`, only keys of that name are tried, otherwise all; and of those only the keys
    /// whose own algorithm is the header's.
    key_verdict check(const signed_text& with) const;
    bool has(jws_algorithm algorithm) const;
    std::size_t size() const { return keys_.size(); }

private:
    std::vector<jwk> keys_;
};
using key_set_ptr = std::shared_ptr<const key_set>;

struct key_set_read {
    key_set_ptr keys;
    /// Sentences for the log: keys that cannot be used and why, and what is doubtful about others.
    std::vector<std::string> notes;
};
/// A sentence that says what is wrong and what to do; on one line.
struct key_set_refused {
    std::string why;
};
using key_set_result = std::variant<key_set_read, key_set_refused>;

/// Takes a set from its JSON. A key that cannot be used is left out and noted (RFC 7517 section 5);
/// a set without a single usable one is refused.
key_set_result parse_key_set(std::string_view text);

/// Reads a set from a plain file that not everybody may write, of at most `key_set_bytes_max`.
/// Refusals begin with the path. Blocks; at start-up and reloads only.
key_set_result read_key_set(const std::string& path);

}  // namespace clarion::session
