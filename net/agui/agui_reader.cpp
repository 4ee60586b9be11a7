#include "net/agui/agui_reader.hpp"

#include "core/protocol/utf8.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace clarion::agui {

namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 64;

using model::join_halves;

// A server in JavaScript may cut a text within a character, which a strict reader takes for no
// JSON.
std::optional<json::object> object_of(std::string_view data) {
    json::parse_options with;
    with.max_depth = depth_max;
    boost::system::error_code error;
    json::value parsed = json::parse(data, error, {}, with);
    if (error && protocol::is_utf8(data)) {
        with.allow_invalid_utf8 = true;
        parsed = json::parse(model::unescape_halves(data), error, {}, with);
    }
    if (error || !parsed.is_object())
        return std::nullopt;
    return std::move(parsed.get_object());
}

}  // namespace

/// Members of one event, by name.
struct agui_reader::field_reader {
    const json::object& from;

    /// Empty when it is none or not there.
    std::string text(std::string_view name) const { return join_halves(piece(name)); }

    /// The same of a text that goes on: half a character may stand at either end.
    std::string piece(std::string_view name) const {
        const json::value* const found = from.if_contains(name);
        if (found == nullptr || !found->is_string())
            return {};
        return std::string(found->get_string());
    }

    std::optional<protocol::json_text> any(std::string_view name) const {
        const json::value* const found = from.if_contains(name);
        if (found == nullptr || found->is_null())
            return std::nullopt;
        return protocol::json_text{join_halves(json::serialize(*found))};
    }

    /// How a run has ended: the `type` of its outcome, empty when it does not say.
    std::string outcome() const {
        const json::value* const found = from.if_contains("outcome");
        if (found != nullptr && found->is_object())
            return field_reader{found->get_object()}.text("type");
        return text("outcome");
    }

    /// A text, whatever JSON it is.
    std::string content(std::string_view name) const {
        const json::value* const found = from.if_contains(name);
        if (found == nullptr)
            return {};
        return join_halves(
            found->is_string() ? std::string(found->get_string()) : json::serialize(*found)
        );
    }
};

std::vector<ports::remote_event> agui_reader::take(std::string_view data) {
    events out;
    if (is_over_)
        return out;
    const auto object = object_of(data);
    if (!object) {
        is_over_ = true;
        out.emplace_back(ports::remote_failure{
            protocol::agent_error_code::agent_unavailable,
            "the remote agent sent an event that is no JSON object"
        });
        return out;
    }
    const field_reader from{*object};
    const std::string type = from.text("type");
    if (!type.ends_with("_CHUNK"))
        end_chunks(out);
    if (!take_text(type, from, out) && !take_reasoning(type, from, out) &&
        !take_call(type, from, out) && !take_run(type, from, out))
        take_extra(type, from, out);
    if (!is_over_ && holds_too_much()) {
        is_over_ = true;
        out.emplace_back(ports::remote_failure{
            protocol::agent_error_code::too_large,
            "the remote agent leaves more open than can be held"
        });
    }
    return out;
}

// Also ids that nobody has announced.
bool agui_reader::holds_too_much() const {
    std::size_t bytes = 0;
    for (const auto* const open : {&texts_, &calls_})
        for (const auto& [id, held] : *open)
            bytes += id.size();
    return texts_.size() + calls_.size() > ports::remote_open_max ||
           bytes > ports::remote_waiting_bytes_max;
}

// What came in chunks ends with the first event that is none.
void agui_reader::end_chunks(events& out) {
    if (text_in_chunks_)
        end_text(*std::exchange(text_in_chunks_, std::nullopt), out);
    if (call_in_chunks_)
        end_call(*std::exchange(call_in_chunks_, std::nullopt), out);
}

// What was said last is kept, as far as it may be an answer.
void agui_reader::say(const std::string& id, std::string piece, events& out) {
    if (said_.id != id)
        said_ = {id, {}};
    if (said_.text.size() <= ports::remote_waiting_bytes_max)
        said_.text += piece;
    out.emplace_back(ports::remote_text{id, std::move(piece)});
}

// Some agents stream nothing, and show the thread as it is at the end of a run: what the assistant
// says last in it, behind the question.
void agui_reader::note_answer(const field_reader& from) {
    unstreamed_ = {};
    const json::value* const messages = from.from.if_contains("messages");
    if (messages == nullptr || !messages->is_array())
        return;
    const json::array& all = messages->get_array();
    for (auto one = all.rbegin(); one != all.rend() && one->is_object(); ++one) {
        const field_reader message{one->get_object()};
        const std::string role = message.text("role");
        if (role == "assistant")
            unstreamed_ = {message.text("id"), message.text("content")};
        if (role == "assistant" || role == "user")
            return;
    }
}

// Ids in a snapshot need not be those of the stream.
void agui_reader::say_unstreamed(events& out) {
    if (unstreamed_.text.empty() || said_.id == unstreamed_.id || said_.text == unstreamed_.text)
        return;
    out.emplace_back(ports::remote_text_began{unstreamed_.id});
    out.emplace_back(ports::remote_text{unstreamed_.id, std::move(unstreamed_.text)});
    out.emplace_back(ports::remote_text_ended{unstreamed_.id});
}

// Behind what was held back for the other half of a character.
void agui_reader::end_text(const std::string& id, events& out) {
    if (auto held = texts_.extract(id))
        if (std::string rest = held.mapped().end(); !rest.empty())
            say(id, std::move(rest), out);
    out.emplace_back(ports::remote_text_ended{id});
}

void agui_reader::end_call(const std::string& id, events& out) {
    if (auto held = calls_.extract(id))
        if (std::string rest = held.mapped().end(); !rest.empty())
            out.emplace_back(ports::remote_call_arguments{id, std::move(rest)});
    out.emplace_back(ports::remote_call_made{id});
}

bool agui_reader::take_text(std::string_view type, const field_reader& from, events& out) {
    const std::string id = from.text("messageId");
    if (type == "TEXT_MESSAGE_START") {
        out.emplace_back(ports::remote_text_began{id});
    } else if (type == "TEXT_MESSAGE_CONTENT") {
        say(id, texts_[id].feed(from.piece("delta")), out);
    } else if (type == "TEXT_MESSAGE_END") {
        end_text(id, out);
    } else if (type == "TEXT_MESSAGE_CHUNK") {
        if (call_in_chunks_ || (text_in_chunks_ && !id.empty() && id != *text_in_chunks_))
            end_chunks(out);
        if (!text_in_chunks_)
            out.emplace_back(ports::remote_text_began{text_in_chunks_.emplace(id)});
        const std::string& open = *text_in_chunks_;
        say(open, texts_[open].feed(from.piece("delta")), out);
    } else {
        return false;
    }
    return true;
}

// The older names begin with THINKING.
bool agui_reader::take_reasoning(std::string_view type, const field_reader& from, events& out) {
    if (type == "REASONING_MESSAGE_CONTENT" || type == "REASONING_MESSAGE_CHUNK" ||
        type == "THINKING_TEXT_MESSAGE_CONTENT") {
        out.emplace_back(ports::remote_reasoning{reasoning_.feed(from.piece("delta"))});
    } else if (type == "REASONING_MESSAGE_END" || type == "REASONING_END" ||
               type == "THINKING_TEXT_MESSAGE_END" || type == "THINKING_END") {
        if (std::string rest = reasoning_.end(); !rest.empty())
            out.emplace_back(ports::remote_reasoning{std::move(rest)});
        out.emplace_back(ports::remote_reasoning_ended{});
    } else {
        return type == "REASONING_START" || type == "REASONING_MESSAGE_START" ||
               type == "REASONING_ENCRYPTED_VALUE" || type == "THINKING_START" ||
               type == "THINKING_TEXT_MESSAGE_START";
    }
    return true;
}

bool agui_reader::take_call(std::string_view type, const field_reader& from, events& out) {
    const std::string id = from.text("toolCallId");
    if (type == "TOOL_CALL_START") {
        out.emplace_back(ports::remote_call_began{id, from.text("toolCallName")});
    } else if (type == "TOOL_CALL_ARGS") {
        out.emplace_back(ports::remote_call_arguments{id, calls_[id].feed(from.piece("delta"))});
    } else if (type == "TOOL_CALL_END") {
        end_call(id, out);
    } else if (type == "TOOL_CALL_RESULT") {
        out.emplace_back(ports::remote_call_ended{id, from.content("content")});
    } else if (type == "TOOL_CALL_CHUNK") {
        if (text_in_chunks_ || (call_in_chunks_ && !id.empty() && id != *call_in_chunks_))
            end_chunks(out);
        if (!call_in_chunks_)
            out.emplace_back(
                ports::remote_call_began{call_in_chunks_.emplace(id), from.text("toolCallName")}
            );
        const std::string& open = *call_in_chunks_;
        out.emplace_back(ports::remote_call_arguments{open, calls_[open].feed(from.piece("delta"))}
        );
    } else {
        return false;
    }
    return true;
}

bool agui_reader::take_run(std::string_view type, const field_reader& from, events& out) {
    if (type == "RUN_FINISHED" && from.outcome() == "interrupt") {
        is_over_ = true;
        out.emplace_back(ports::remote_failure{
            protocol::agent_error_code::agent_unavailable,
            "the remote agent asks for something that this server cannot answer"
        });
    } else if (type == "RUN_FINISHED") {
        is_over_ = true;
        say_unstreamed(out);
        out.emplace_back(ports::remote_finished{from.any("result")});
    } else if (type == "RUN_ERROR") {
        is_over_ = true;
        const std::string code = from.text("code");
        std::string message = "the remote agent failed: " + from.text("message");
        if (!code.empty())
            message += " (" + code + ")";
        out.emplace_back(
            ports::remote_failure{protocol::agent_error_code::model_error, std::move(message)}
        );
    } else if (type == "STEP_STARTED") {
        out.emplace_back(ports::remote_notice{"begins " + from.text("stepName")});
    } else if (type == "STEP_FINISHED") {
        out.emplace_back(ports::remote_notice{"has finished " + from.text("stepName")});
    } else {
        return type == "RUN_STARTED";
    }
    return true;
}

// Its own events by their names, everything else by its type, whole.
void agui_reader::take_extra(std::string_view type, const field_reader& from, events& out) {
    if (type == "CUSTOM") {
        auto value = from.any("value");
        out.emplace_back(
            ports::remote_extra{from.text("name"), value.value_or(protocol::json_text{"null"})}
        );
        return;
    }
    if (type == "MESSAGES_SNAPSHOT")
        note_answer(from);
    out.emplace_back(ports::remote_extra{
        std::string(type.empty() ? "(no type)" : type),
        protocol::json_text{join_halves(json::serialize(from.from))}
    });
}

}  // namespace clarion::agui
