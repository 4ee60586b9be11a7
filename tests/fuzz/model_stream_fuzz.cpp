// The first byte says in which pieces the rest, an event stream of a model server, arrives (0: all
// at once). Properties under any bytes: nothing crashes; it comes to the same as byte by byte;
// there is exactly one end, which is the last; no text is empty, all of it is UTF-8; whole
// arguments are a JSON object; a failure has a message that can be shown; what was answered can be
// sent back.

#include "core/protocol/utf8.hpp"
#include "net/http/event_stream.hpp"
#include "net/model/chat_request.hpp"
#include "net/model/completion.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::model;

constexpr completion_limits limits{
    .text_bytes_max = 512,
    .output_bytes_max = 4096,
    .calls = {.calls_max = 4, .arguments_bytes_max = 256},
};

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

void check_json(const std::string& text) {
    boost::system::error_code error;
    require(boost::json::parse(text, error).is_object() && !error);
}

/// What a stream came to, as one text that can be compared.
class outcome {
public:
    void add(completion_event& event) {
        require(!has_ended_);
        std::visit([this](auto& what) { take(what); }, event);
    }
    std::string finish() {
        require(has_ended_);
        return said_ + "\n" + thought_ + "\n" + end_;
    }

private:
    void take(ports::model_text& piece) { append(said_, piece.text); }
    void take(ports::model_reasoning& piece) { append(thought_, piece.text); }
    void take(chat_failure& failure) {
        has_ended_ = true;
        require(!failure.message.empty() && protocol::is_utf8(failure.message));
        end_ = std::string(protocol::name_of(failure.what)) + failure.message;
    }
    void take(ports::model_answer& answer) {
        has_ended_ = true;
        end_ = protocol::name_of(answer.how);
        for (const ports::model_call& call : answer.calls) {
            require(!call.name.empty() && protocol::is_utf8(call.arguments));
            if (!call.is_malformed)
                check_json(call.arguments);
            end_ += "\n" + call.id + " " + call.name + " " + call.arguments;
        }
        ports::model_request next;
        next.messages.push_back({ports::speaker::assistant, said_, std::move(answer.calls), {}});
        check_json(chat_request_body("m", next, usage_wish::stated));
    }
    static void append(std::string& to, const std::string& piece) {
        require(!piece.empty() && protocol::is_utf8(piece));
        to += piece;
    }

    std::string said_;
    std::string thought_;
    std::string end_;
    bool has_ended_ = false;
};

std::string read(std::string_view stream, std::size_t piece_bytes) {
    http::event_stream_parser events;
    completion answer(limits);
    completion_events out;
    for (std::size_t at = 0; at < stream.size(); at += piece_bytes) {
        std::string_view piece = stream.substr(at, piece_bytes);
        while (!piece.empty()) {
            const auto step = events.next(piece);
            if (const auto* event = std::get_if<http::stream_event>(&step))
                answer.take(*event, out);
        }
    }
    answer.end(events.end(), out);
    outcome came_to;
    for (completion_event& event : out)
        came_to.add(event);
    return came_to.finish();
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string stream(data + 1, data + size);
    const std::size_t piece_bytes = data[0] == 0 ? size : data[0];
    require(read(stream, piece_bytes) == read(stream, 1));
    return 0;
}
