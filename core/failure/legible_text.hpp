#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// What came from a peer, a disk or an exception, made fit for a line that people and parsers read.
namespace clarion::failure {

/// In log lines, and of users in failure records: enough to tell them apart, not the whole id.
inline constexpr std::size_t shortened_id_bytes = 8;

/// The longest prefix of at most `shortened_id_bytes` that cuts no code point.
std::string_view shortened(std::string_view id);

/// `text` itself, or its beginning with "… (N bytes)" behind it when it is longer than `bytes_max`.
std::string cut(std::string_view text, std::size_t bytes_max);

/// Appends as valid UTF-8: each byte that is none becomes U+FFFD.
void append_utf8(std::string& out, std::string_view text);

/// Appends as valid UTF-8 on one line: control characters, which could forge a line or steer a
/// terminal, are spelled out (`\n`, `\x1b`).
void append_printable(std::string& out, std::string_view text);

}  // namespace clarion::failure
