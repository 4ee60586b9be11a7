#pragma once

#include "core/failure/logger.hpp"

#include <cstdint>
#include <string>

namespace clarion::failure {

enum class log_format : std::uint8_t { text, json };
constexpr std::string_view names_of(log_format) {
    return "text|json";
}

/// What one line of the log says.
struct log_entry {
    std::int64_t unix_ms = 0;
    severity how = severity::info;
    shared_context about{};
    std::string message{};
    /// 0: the record itself. Else: so many records equal to this one were not written.
    std::uint64_t repeated = 0;
};

/// Appends one line and its '\n':
/// `2026-11-21T03:15:05.123Z INFO  conn=c_ab12cd user=ada thread=t1 run=r_ab12cd the message`,
/// or an object with `time`, `severity`, `connection_id`, `user_id`, `thread_id`, `run_id`,
/// `message`, `repeated`. What is unknown is left out. Ids are cut to 8 bytes. Always valid UTF-8,
/// always one line, whatever the message contains.
void append_line(std::string& out, const log_entry& entry, log_format as);

}  // namespace clarion::failure
