#include "core/protocol/client_frames.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <utility>

namespace clarion::protocol::client {

namespace {

server::error bad_request(const field_error& error) {
    const std::string place = error.pointer.empty() ? "the frame" : error.pointer;
    return {
        .code = server::error_code::bad_request,
        .message = place + " " + error.reason,
        .detail = error.pointer,
        .retry_after_ms = std::nullopt,
    };
}

using body_result = std::variant<any_frame, server::error>;

template <class Frame>
body_result read_body(const boost::json::object& from) {
    Frame frame;
    if (const auto error = read_object(from, frame, {}))
        return bad_request(*error);
    return any_frame(std::move(frame));
}

struct frame_reader {
    std::string_view type;
    body_result (*read)(const boost::json::object&);
};

template <class... Frames>
constexpr auto make_readers(const std::variant<Frames...>*) {
    return std::array{frame_reader{Frames::type, &read_body<Frames>}...};
}

body_result read_frame(const boost::json::object& from) {
    static constexpr auto readers = make_readers(static_cast<const any_frame*>(nullptr));
    std::string type;
    object_reader reader(from);
    reader("type", type);
    if (const auto error = reader.take_error())
        return bad_request(*error);
    for (const frame_reader& known : readers)
        if (known.type == type)
            return known.read(from);
    // Cut between characters: half of one would make the answer itself no legal text.
    type.resize(utf8_prefix_bytes(std::string_view(type).substr(0, id_bytes_max)));
    return server::error{
        .code = server::error_code::unknown_type,
        .message = "there is no frame of this type",
        .detail = type,
        .retry_after_ms = std::nullopt,
    };
}

}  // namespace

std::variant<frame, refused_frame> parse_frame(std::string_view text) {
    // Most frames fit into the first buffer: no memory is asked for.
    std::array<unsigned char, 2048> buffer;
    boost::json::monotonic_resource memory(buffer.data(), buffer.size());
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error, &memory);
    if (error)
        return refused_frame{{}, bad_request({"", "is not JSON: " + error.message()})};
    if (!parsed.is_object())
        return refused_frame{{}, bad_request({"", "must be a JSON object"})};

    std::optional<std::string> id;
    object_reader reader(parsed.get_object());
    reader("id", id, rules::client_id);
    if (const auto wrong_id = reader.take_error())
        return refused_frame{{}, bad_request(*wrong_id)};

    body_result body = read_frame(parsed.get_object());
    if (auto* refusal = std::get_if<server::error>(&body))
        return refused_frame{std::move(id), std::move(*refusal)};
    return frame{std::move(id), std::get<any_frame>(std::move(body))};
}

}  // namespace clarion::protocol::client
