#include "core/trace/json_text.hpp"

#include <cstdio>

namespace clarion::trace {

void append_json_text(std::string& to, std::string_view text) {
    to += '"';
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte == '"' || byte == '\\') {
            to += '\\';
            to += each;
        } else if (byte < 0x20 || byte >= 0x7F) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(byte));
            to += escaped;
        } else {
            to += each;
        }
    }
    to += '"';
}

}  // namespace clarion::trace
