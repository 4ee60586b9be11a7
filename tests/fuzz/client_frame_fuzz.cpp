// Properties of the reader of client frames under any bytes: nothing crashes; a frame that was read
// is written, read again and written again as the same text; a refusal is one of the two codes of
// PROTOCOL §1, in words, and can be sent: valid UTF-8 and JSON, whatever the client's own text was.

#include "core/protocol/client_frames.hpp"
#include "core/protocol/utf8.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion::protocol;

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

std::string written(const client::frame& frame) {
    return std::visit([&frame](const auto& body) { return to_frame(body, frame.id); }, frame.body);
}

void check_id(const std::optional<std::string>& id) {
    require(!id || (!id->empty() && id->size() <= id_bytes_max));
}

void check_frame(const client::frame& frame) {
    check_id(frame.id);
    const std::string once = written(frame);
    require(is_utf8(once));
    const auto again = client::parse_frame(once);
    const auto* const same = std::get_if<client::frame>(&again);
    require(same != nullptr && written(*same) == once);
}

void check_refusal(const client::refused_frame& refused) {
    constexpr std::size_t answer_bytes_max = 2048;
    check_id(refused.id);
    require(
        refused.answer.code == server::error_code::bad_request ||
        refused.answer.code == server::error_code::unknown_type
    );
    require(!refused.answer.message.empty() && refused.answer.detail.has_value());
    const std::string answer = to_frame(refused.answer, refused.id);
    require(is_utf8(answer) && answer.size() <= answer_bytes_max);
    boost::system::error_code error;
    require(boost::json::parse(answer, error).is_object());
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const auto parsed = client::parse_frame(text);
    if (const auto* const refused = std::get_if<client::refused_frame>(&parsed))
        check_refusal(*refused);
    else
        check_frame(std::get<client::frame>(parsed));
    return 0;
}
