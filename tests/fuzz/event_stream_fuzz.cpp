// The first byte says in which pieces the rest arrives (0: all at once). Properties of the reader
// of event streams under any bytes: nothing crashes; the steps are the same as byte by byte; an
// event has a type, no CR, and no NUL in its id; nothing is larger than the limits; after a line or
// event that is too large there is nothing more.

#include "net/http/event_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion::http;

constexpr event_stream_limits limits{.line_bytes_max = 64, .event_bytes_max = 96};

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

void check_event(const stream_event& event) {
    require(!event.type.empty() && event.type.size() <= limits.line_bytes_max);
    require(event.data.size() <= limits.event_bytes_max + limits.line_bytes_max);
    require(event.data.find('\r') == std::string::npos);
    require(event.id.find('\0') == std::string::npos);
}

// What was read, so that two readings can be compared.
std::vector<std::string> read(std::string_view stream, std::size_t piece_bytes) {
    event_stream_parser parser(limits);
    std::vector<std::string> seen;
    for (std::size_t at = 0; at < stream.size(); at += piece_bytes) {
        std::string_view piece = stream.substr(at, piece_bytes);
        while (!piece.empty()) {
            const event_stream_step step = parser.next(piece);
            require(seen.empty() || seen.back() != "!" || piece.empty());
            if (const auto* event = std::get_if<stream_event>(&step)) {
                check_event(*event);
                seen.push_back(event->type + "\n" + event->id + "\n" + event->error);
                seen.push_back(event->data);
            } else if (std::holds_alternative<event_too_large>(step)) {
                seen.emplace_back("!");
            }
        }
    }
    if (const auto last = parser.end())
        check_event(*last);
    return seen;
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string stream(data + 1, data + size);
    const std::size_t piece_bytes = data[0] == 0 ? std::max<std::size_t>(size, 1) : data[0];
    require(read(stream, piece_bytes) == read(stream, 1));
    return 0;
}
