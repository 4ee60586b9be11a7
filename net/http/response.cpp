#include "net/http/response.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace clarion::http {

namespace {

std::string_view reason_phrase(unsigned status) {
    static constexpr auto phrases = std::to_array<std::pair<unsigned, std::string_view>>({
        {200, "OK"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
    });
    for (const auto& [code, phrase] : phrases) {
        if (code == status)
            return phrase;
    }
    return "Status";
}

// RFC 9110 section 5.6.7. By hand, because strftime follows the locale.
std::string http_date(std::int64_t wall_ms) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array
        months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto seconds = static_cast<std::time_t>(wall_ms / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    std::array<char, 64> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%s, %02d %s %d %02d:%02d:%02d GMT",
        days[static_cast<std::size_t>(utc.tm_wday)],
        utc.tm_mday,
        months[static_cast<std::size_t>(utc.tm_mon)],
        utc.tm_year + 1900,
        utc.tm_hour,
        utc.tm_min,
        utc.tm_sec
    );
    return text.data();
}

void add_line(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty())
        return;
    out.append(name).append(": ").append(value).append("\r\n");
}

bool has_body(unsigned status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace

response plain_response(unsigned status, std::string_view sentence) {
    response answer;
    answer.status = status;
    answer.body.append(sentence).append("\n");
    return answer;
}

response unavailable(std::string_view sentence, unsigned retry_after_s) {
    response answer = plain_response(503, sentence);
    answer.headers.push_back(header_field{"Retry-After", std::to_string(retry_after_s)});
    return answer;
}

std::string
encode(const response& answer, body_part body, connection_after after, std::int64_t wall_ms) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    out.append(reason_phrase(answer.status)).append("\r\n");
    add_line(out, "Date", http_date(wall_ms));
    if (has_body(answer.status)) {
        add_line(out, "Content-Type", answer.content_type);
        add_line(out, "Content-Length", std::to_string(answer.body.size()));
    }
    add_line(out, "Content-Security-Policy", answer.content_security_policy);
    add_line(out, "X-Content-Type-Options", "nosniff");
    add_line(out, "Referrer-Policy", "no-referrer");
    add_line(out, "Cache-Control", answer.cache_control);
    for (const header_field& field : answer.headers)
        add_line(out, field.name, field.value);
    if (after == connection_after::closed && answer.status != 101)
        add_line(out, "Connection", "close");
    out.append("\r\n");
    if (body == body_part::sent && has_body(answer.status))
        out.append(answer.body);
    return out;
}

}  // namespace clarion::http
