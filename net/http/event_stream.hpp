#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::http {

/// One event of a `text/event-stream` (WHATWG HTML, section 9.2).
struct stream_event {
    std::string type = "message";
    /// The data lines, joined by LF. Bytes as they came: whoever reads them checks the encoding.
    std::string data;
    /// The last event id as of this event.
    std::string id;
    /// Beyond the standard: the field `error`, in which llama.cpp's server puts what went wrong. An
    /// event that has it is an event, also without data.
    std::string error;
};

struct event_stream_limits {
    std::size_t line_bytes_max = std::size_t{1} << 20U;
    std::size_t event_bytes_max = std::size_t{4} << 20U;  ///< all data lines of one event
};

/// All of the input was looked at, and no event is whole.
struct no_event_yet {};
/// A line or an event over its limit. Everything after it is ignored.
struct event_too_large {};

using event_stream_step = std::variant<no_event_yet, stream_event, event_too_large>;

/// Reads a stream of events without I/O: lines that end in CR, LF or CRLF, cut anywhere, an
/// optional byte order mark, comments, id, retry. The sequence of steps does not depend on how the
/// input is cut; an event is ready with the byte that ends its blank line.
class event_stream_parser {
public:
    explicit event_stream_parser(event_stream_limits limits = {}) : limits_(limits) {}

    /// Reads on and takes what it used from the front of `input`; to be called again until
    /// no_event_yet.
    [[nodiscard]] event_stream_step next(std::string_view& input);

    /// The event that the end of the stream left without its blank line. The standard drops it;
    /// whoever can tell whole data from a part of it may still take it. Nothing is read afterwards.
    [[nodiscard]] std::optional<stream_event> end();

    /// For `Last-Event-ID`: set by an event without data, too.
    const std::string& last_event_id() const { return last_event_id_; }
    /// How long to wait before the stream is asked for again, when the server said so.
    std::optional<std::chrono::milliseconds> retry() const { return retry_; }

private:
    enum class line_result : std::uint8_t { read, ends_event, too_large };

    event_stream_step fail();
    line_result take_line(std::string_view line);
    line_result take_field(std::string_view name, std::string_view value);
    std::optional<stream_event> take_event();

    event_stream_limits limits_;
    std::string line_;  // the beginning of a line whose end has not come
    std::string type_;
    std::string data_;  // each line with an LF behind it
    std::string error_;
    std::string id_;
    std::string last_event_id_;
    std::optional<std::chrono::milliseconds> retry_;
    bool is_first_line_ = true;
    bool was_cr_ = false;  // an LF next belongs to the line that has ended
    bool has_failed_ = false;
};

}  // namespace clarion::http
