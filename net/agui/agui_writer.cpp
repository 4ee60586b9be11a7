#include "net/agui/agui_writer.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <utility>
#include <vector>

namespace clarion::agui {

namespace {

namespace json = boost::json;

std::string_view text_in(const json::object& from, std::string_view name) {
    const json::value* const found = from.if_contains(name);
    if (found == nullptr || !found->is_string())
        return {};
    const json::string& text = found->get_string();
    return {text.data(), text.size()};
}

}  // namespace

std::string to_text(const cursor& at) {
    return at.epoch + ":" + std::to_string(at.seq);
}

std::optional<cursor> cursor_from(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 128)
        return std::nullopt;
    cursor at;
    at.epoch = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, at.seq);
    if (read.ec != std::errc() || read.ptr != end || at.seq < 0)
        return std::nullopt;
    return at;
}

/// The AG-UI events that one event comes to.
class agui_writer::sentences {
public:
    explicit sentences(std::int64_t timestamp_ms) : timestamp_ms_(timestamp_ms) {}

    json::object& add(std::string_view type) {
        json::object& made = all_.emplace_back();
        made["type"] = type;
        if (timestamp_ms_ > 0)
            made["timestamp"] = timestamp_ms_;
        return made;
    }

    std::string text(const std::string& id) const {
        std::string out;
        for (const json::object& one : all_) {
            if (&one == &all_.back() && !id.empty())
                out += "id: " + id + "\n";
            out += "data: " + json::serialize(one) + "\n\n";
        }
        return out;
    }

private:
    std::int64_t timestamp_ms_;
    std::vector<json::object> all_;
};

std::string agui_writer::write(const json::object& frame) {
    if (is_over_)
        return {};
    const std::string_view type = text_in(frame, "type");
    const json::object& payload = frame.at("payload").as_object();
    sentences out(frame.at("timestamp").as_int64());
    if (type == "user_message") {
        json::object& started = out.add("RUN_STARTED");
        started["threadId"] = thread_id_;
        started["runId"] = run_id_;
    } else if (type == "text_delta") {
        write_text(payload, out);
    } else if (type == "assistant_message") {
        end_text(payload, out);
    } else if (type == "agent_thinking") {
        write_thought(payload, out);
    } else if (type == "tool_executing") {
        write_call(payload, out);
    } else if (type == "tool_completed") {
        write_result(payload, out);
    } else if (type == "agent_completed" || type == "agent_error" || type == "agent_cancelled") {
        write_end(payload, type, out);
    } else if (type != "agent_started") {
        json::object& custom = out.add("CUSTOM");
        const bool is_remote = type == "custom";
        custom["name"] = is_remote ? text_in(payload, "name") : type;
        custom["value"] = is_remote ? payload.at("data") : json::value(payload);
    }
    return out.text(to_text({std::string(text_in(frame, "epoch")), frame.at("seq").as_int64()}));
}

void agui_writer::write_text(const json::object& payload, sentences& out) {
    const std::string_view id = text_in(payload, "message_id");
    if (open_text_ != id) {
        close_open(out);
        json::object& begun = out.add("TEXT_MESSAGE_START");
        begun["messageId"] = id;
        begun["role"] = "assistant";
        open_text_ = id;
    }
    json::object& piece = out.add("TEXT_MESSAGE_CONTENT");
    piece["messageId"] = id;
    piece["delta"] = text_in(payload, "delta");
}

// An empty message has no deltas, and nothing to show.
void agui_writer::end_text(const json::object& payload, sentences& out) {
    if (open_text_ == text_in(payload, "message_id"))
        close_open(out);
}

void agui_writer::close_open(sentences& out) {
    if (open_text_.empty())
        return;
    json::object& ended = out.add("TEXT_MESSAGE_END");
    ended["messageId"] = std::exchange(open_text_, {});
}

void agui_writer::write_thought(const json::object& payload, sentences& out) {
    const std::string_view reasoning = text_in(payload, "reasoning");
    if (reasoning.empty())
        return;
    const std::string id = run_id_ + "-thought-" + std::to_string(++thoughts_);
    out.add("REASONING_START")["messageId"] = id;
    json::object& begun = out.add("REASONING_MESSAGE_START");
    begun["messageId"] = id;
    begun["role"] = "reasoning";
    json::object& piece = out.add("REASONING_MESSAGE_CONTENT");
    piece["messageId"] = id;
    piece["delta"] = reasoning;
    out.add("REASONING_MESSAGE_END")["messageId"] = id;
    out.add("REASONING_END")["messageId"] = id;
}

void agui_writer::write_call(const json::object& payload, sentences& out) {
    const std::string_view id = text_in(payload, "tool_call_id");
    json::object& begun = out.add("TOOL_CALL_START");
    begun["toolCallId"] = id;
    begun["toolCallName"] = text_in(payload, "tool_name");
    json::object& arguments = out.add("TOOL_CALL_ARGS");
    arguments["toolCallId"] = id;
    arguments["delta"] = json::serialize(payload.at("arguments"));
    out.add("TOOL_CALL_END")["toolCallId"] = id;
}

void agui_writer::write_result(const json::object& payload, sentences& out) {
    const std::string id(text_in(payload, "tool_call_id"));
    const json::value* const result = payload.if_contains("result");
    std::string content;
    if (result == nullptr)
        content = std::string(text_in(payload, "outcome")) + ": " +
                  std::string(text_in(payload, "error"));
    else
        content =
            result->is_string() ? std::string(result->get_string()) : json::serialize(*result);
    json::object& told = out.add("TOOL_CALL_RESULT");
    told["messageId"] = id + "-result";
    told["toolCallId"] = id;
    told["content"] = content;
    told["role"] = "tool";
}

void agui_writer::write_end(const json::object& payload, std::string_view type, sentences& out) {
    close_open(out);
    is_over_ = true;
    if (type == "agent_completed") {
        json::object& finished = out.add("RUN_FINISHED");
        finished["threadId"] = thread_id_;
        finished["runId"] = run_id_;
        finished["result"] = payload.at("result");
        return;
    }
    const bool is_cancelled = type == "agent_cancelled";
    json::object& failed = out.add("RUN_ERROR");
    failed["code"] = is_cancelled ? "cancelled" : text_in(payload, "code");
    failed["message"] = is_cancelled
                            ? "the run was cancelled: " + std::string(text_in(payload, "reason"))
                            : std::string(text_in(payload, "message"));
}

std::string agui_writer::fail(std::string_view code, std::string_view message) {
    if (std::exchange(is_over_, true))
        return {};
    sentences out(0);
    close_open(out);
    json::object& failed = out.add("RUN_ERROR");
    failed["code"] = code;
    failed["message"] = message;
    return out.text({});
}

}  // namespace clarion::agui
