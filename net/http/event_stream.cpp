#include "net/http/event_stream.hpp"

#include <charconv>
#include <utility>

namespace clarion::http {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Digits alone, as the standard has it; a number that does not fit is none.
std::optional<std::chrono::milliseconds> milliseconds_in(std::string_view digits) {
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || rest != end)
        return std::nullopt;
    return std::chrono::milliseconds(value);
}

}  // namespace

event_stream_step event_stream_parser::next(std::string_view& input) {
    if (has_failed_)
        input = {};
    while (!input.empty()) {
        if (std::exchange(was_cr_, false) && input.front() == '\n') {
            input.remove_prefix(1);
            continue;
        }
        const std::size_t end = input.find_first_of("\r\n");
        const std::string_view piece = input.substr(0, end);
        if (line_.size() + piece.size() > limits_.line_bytes_max)
            return fail();
        if (end == std::string_view::npos) {
            line_ += piece;
            input = {};
            break;
        }
        was_cr_ = input[end] == '\r';
        input.remove_prefix(end + 1);
        line_result result = line_result::read;
        if (line_.empty()) {
            result = take_line(piece);
        } else {
            line_ += piece;
            result = take_line(line_);
            line_.clear();
        }
        if (result == line_result::too_large)
            return fail();
        if (result == line_result::ends_event)
            if (auto event = take_event())
                return *std::move(event);
    }
    return no_event_yet();
}

std::optional<stream_event> event_stream_parser::end() {
    if (std::exchange(has_failed_, true))
        return std::nullopt;
    if (!line_.empty() && take_line(std::exchange(line_, {})) == line_result::too_large)
        return std::nullopt;
    return take_event();
}

event_stream_step event_stream_parser::fail() {
    has_failed_ = true;
    line_ = {};
    data_ = {};
    return event_too_large();
}

event_stream_parser::line_result event_stream_parser::take_line(std::string_view line) {
    if (std::exchange(is_first_line_, false) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (line.empty())
        return line_result::ends_event;
    const std::size_t colon = line.find(':');
    if (colon == 0)
        return line_result::read;  // a comment
    if (colon == std::string_view::npos)
        return take_field(line, {});
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    return take_field(line.substr(0, colon), value);
}

event_stream_parser::line_result
event_stream_parser::take_field(std::string_view name, std::string_view value) {
    if (name == "data") {
        if (data_.size() + value.size() > limits_.event_bytes_max)
            return line_result::too_large;
        data_.append(value) += '\n';
    } else if (name == "event") {
        type_ = value;
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos)
            id_ = value;
    } else if (name == "retry") {
        if (const auto wanted = milliseconds_in(value))
            retry_ = wanted;
    } else if (name == "error") {
        error_ = value;
    }
    return line_result::read;
}

std::optional<stream_event> event_stream_parser::take_event() {
    last_event_id_ = id_;
    std::string type = std::exchange(type_, {});
    if (data_.empty() && error_.empty())
        return std::nullopt;
    stream_event event;
    if (!type.empty())
        event.type = std::move(type);
    if (!data_.empty())
        data_.pop_back();
    event.data = std::exchange(data_, {});
    event.error = std::exchange(error_, {});
    event.id = last_event_id_;
    return event;
}

}  // namespace clarion::http
