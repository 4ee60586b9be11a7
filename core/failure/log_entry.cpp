#include "core/failure/log_entry.hpp"

#include "core/failure/legible_text.hpp"
#include "core/protocol/json_writer.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace clarion::failure {

namespace {

/// RFC 3339, in UTC.
std::string iso_time(std::int64_t unix_ms) {
    namespace chrono = std::chrono;
    const chrono::sys_time<chrono::milliseconds> at{chrono::milliseconds(unix_ms)};
    const auto midnight = chrono::floor<chrono::days>(at);
    const chrono::year_month_day date(midnight);
    const chrono::hh_mm_ss time(at - midnight);
    std::array<char, 40> text{};
    const int bytes = std::snprintf(
        text.data(),
        text.size(),
        "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        static_cast<int>(time.hours().count()),
        static_cast<int>(time.minutes().count()),
        static_cast<int>(time.seconds().count()),
        static_cast<int>(time.subseconds().count())
    );
    return {text.data(), static_cast<std::size_t>(bytes)};
}

constexpr std::array<std::string_view, 5>
    padded_severities{"DEBUG", "INFO ", "WARN ", "ERROR", "CRITICAL"};

void append_id(std::string& out, std::string_view name, std::string_view id) {
    if (id.empty())
        return;
    out += ' ';
    out += name;
    out += '=';
    append_printable(out, shortened(id));
}

void append_text(std::string& out, const log_entry& entry) {
    out += iso_time(entry.unix_ms);
    out += ' ';
    out += padded_severities[static_cast<std::size_t>(entry.how)];
    append_id(out, "conn", entry.about->connection_id);
    append_id(out, "user", entry.about->user_id);
    append_id(out, "thread", entry.about->thread_id);
    append_id(out, "run", entry.about->run_id);
    out += ' ';
    append_printable(out, entry.message);
    if (entry.repeated > 0)
        out += " (repeated " + std::to_string(entry.repeated) +
               (entry.repeated == 1 ? " time)" : " times)");
}

void append_json_object(std::string& out, const log_entry& entry) {
    protocol::object_writer line(out);
    const auto text = [&line](const char* name, std::string_view value) {
        std::string valid;
        append_utf8(valid, value);
        line(name, valid);
    };
    const auto id = [&text](const char* name, std::string_view value) {
        if (!value.empty())
            text(name, shortened(value));
    };
    line("time", iso_time(entry.unix_ms));
    line("severity", entry.how);
    id("connection_id", entry.about->connection_id);
    id("user_id", entry.about->user_id);
    id("thread_id", entry.about->thread_id);
    id("run_id", entry.about->run_id);
    text("message", entry.message);
    if (entry.repeated > 0)
        line("repeated", entry.repeated);
    line.end();
}

}  // namespace

void append_line(std::string& out, const log_entry& entry, log_format as) {
    if (as == log_format::json)
        append_json_object(out, entry);
    else
        append_text(out, entry);
    out += '\n';
}

}  // namespace clarion::failure
