#include "net/model/chat_chunk.hpp"

#include "core/protocol/utf8.hpp"
#include "net/model/surrogates.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/parse_options.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace clarion::model {

namespace {

namespace json = boost::json;

std::string_view plain(const json::string& text) {
    return {text.data(), text.size()};
}

const json::value* member(const json::object& of, std::string_view name) {
    const json::value* found = of.if_contains(name);
    return found != nullptr && !found->is_null() ? found : nullptr;
}

std::string_view text_of(const json::object& of, std::string_view name) {
    const json::value* found = member(of, name);
    return found != nullptr && found->is_string() ? plain(found->get_string()) : std::string_view();
}

const json::object* object_of(const json::object& of, std::string_view name) {
    const json::value* found = member(of, name);
    return found != nullptr ? found->if_object() : nullptr;
}

const json::array* array_of(const json::object& of, std::string_view name) {
    const json::value* found = member(of, name);
    return found != nullptr ? found->if_array() : nullptr;
}

std::optional<std::int64_t> count_of(const json::object& of, std::string_view name) {
    const json::value* found = member(of, name);
    if (found == nullptr)
        return std::nullopt;
    boost::system::error_code not_a_count;
    const auto value = found->to_number<std::int64_t>(not_a_count);
    if (not_a_count || value < 0)
        return std::nullopt;
    return value;
}

// A content of parts: text to be shown, or what was thought.
void read_parts(const json::array& parts, chat_chunk& into) {
    for (const json::value& each : parts) {
        const json::object* part = each.if_object();
        if (part == nullptr)
            continue;
        into.text += text_of(*part, "text");
        into.reasoning += text_of(*part, "thinking");
        if (const json::array* thoughts = array_of(*part, "thinking"))
            for (const json::value& thought : *thoughts)
                if (const json::object* piece = thought.if_object())
                    into.reasoning += text_of(*piece, "text");
    }
}

void read_texts(const json::object& delta, chat_chunk& into) {
    if (const json::array* parts = array_of(delta, "content"))
        read_parts(*parts, into);
    into.text += text_of(delta, "content");
    into.text += text_of(delta, "refusal");
    // Servers that have both names for it send the same text in both.
    for (const std::string_view name : {"reasoning_content", "reasoning"})
        if (into.reasoning.empty())
            into.reasoning = text_of(delta, name);
}

call_piece function_of(const json::object& function) {
    call_piece piece;
    piece.name = join_halves(std::string(text_of(function, "name")));
    const json::value* arguments = member(function, "arguments");
    if (arguments != nullptr && arguments->is_object()) {
        piece.arguments = json::serialize(*arguments);
        piece.is_object = true;
    } else {
        piece.arguments = text_of(function, "arguments");
    }
    return piece;
}

void read_calls(const json::object& delta, chat_chunk& into) {
    if (const json::array* calls = array_of(delta, "tool_calls")) {
        for (const json::value& each : *calls) {
            const json::object* call = each.if_object();
            if (call == nullptr)
                continue;
            const json::object* function = object_of(*call, "function");
            call_piece piece = function_of(function != nullptr ? *function : *call);
            piece.index = count_of(*call, "index");
            piece.id = join_halves(std::string(text_of(*call, "id")));
            into.calls.push_back(std::move(piece));
        }
    }
    // What tool_calls were before there could be several.
    if (const json::object* function = object_of(delta, "function_call"))
        into.calls.push_back(function_of(*function));
}

reported_error error_of(const json::object& error) {
    reported_error found;
    found.message = text_of(error, "message");
    if (found.message.empty())
        found.message = text_of(error, "detail");
    found.message = join_halves(std::move(found.message));
    for (const std::string_view name : {"code", "type"})
        if (found.word.empty())
            found.word = join_halves(std::string(text_of(error, name)));
    for (const std::string_view name : {"code", "status", "status_code"})
        if (found.status == 0)
            if (const auto number = count_of(error, name);
                number && *number >= 100 && *number < 600)
                found.status = static_cast<unsigned>(*number);
    // Some write the number as a word.
    const char* const end = found.word.data() + found.word.size();
    unsigned number = 0;
    const auto [rest, none] = std::from_chars(found.word.data(), end, number);
    if (none == std::errc() && rest == end && number >= 100 && number < 600 && found.status == 0)
        found.status = number;
    return found;
}

std::optional<reported_error> error_in(const json::object& chunk) {
    const json::value* error = member(chunk, "error");
    if (error != nullptr && error->is_string())
        return reported_error{join_halves(std::string(plain(error->get_string()))), {}, 0};
    if (error != nullptr && error->is_object())
        return error_of(error->get_object());
    // Older vLLM and FastAPI put the fields of the error where a chunk has its own.
    if (text_of(chunk, "object") == "error" || text_of(chunk, "type") == "error" ||
        member(chunk, "detail") != nullptr)
        return error_of(chunk);
    return std::nullopt;
}

std::optional<protocol::token_usage> usage_in(const json::object& chunk) {
    const json::object* usage = object_of(chunk, "usage");
    if (usage == nullptr)
        if (const json::object* groq = object_of(chunk, "x_groq"))
            usage = object_of(*groq, "usage");
    if (usage == nullptr)
        return std::nullopt;
    protocol::token_usage counted;
    counted.input_tokens = count_of(*usage, "prompt_tokens").value_or(0);
    counted.output_tokens = count_of(*usage, "completion_tokens").value_or(0);
    counted.total_tokens =
        count_of(*usage, "total_tokens").value_or(counted.input_tokens + counted.output_tokens);
    if (const json::object* details = object_of(*usage, "completion_tokens_details"))
        counted.reasoning_tokens = count_of(*details, "reasoning_tokens");
    if (const json::object* details = object_of(*usage, "prompt_tokens_details"))
        counted.cached_tokens = count_of(*details, "cached_tokens");
    if (!counted.cached_tokens)
        counted.cached_tokens = count_of(*usage, "prompt_cache_hit_tokens");
    return counted;
}

// Only the first choice was asked for.
const json::object* choice_of(const json::object& chunk) {
    const json::array* choices = array_of(chunk, "choices");
    if (choices == nullptr)
        return nullptr;
    for (const json::value& each : *choices) {
        const json::object* choice = each.if_object();
        if (choice != nullptr && count_of(*choice, "index").value_or(0) == 0)
            return choice;
    }
    return nullptr;
}

void read_choice(const json::object& choice, chat_chunk& into) {
    into.finish_reason = join_halves(std::string(text_of(choice, "finish_reason")));
    if (!into.error)
        into.error = error_in(choice);
    const json::object* delta = object_of(choice, "delta");
    if (delta == nullptr || delta->empty())
        if (const json::object* message = object_of(choice, "message"))
            delta = message;
    if (delta != nullptr) {
        read_texts(*delta, into);
        read_calls(*delta, into);
    } else {
        into.text = text_of(choice, "text");
    }
}

}  // namespace

std::variant<chat_chunk, no_chunk> read_chunk(std::string_view text) {
    std::array<unsigned char, 4096> first_bytes;
    json::monotonic_resource memory(first_bytes.data(), first_bytes.size());
    boost::system::error_code error;
    json::value parsed = json::parse(text, error, &memory);
    if (error && protocol::is_utf8(text)) {
        json::parse_options with_halves;
        with_halves.allow_invalid_utf8 = true;
        parsed = json::parse(unescape_halves(text), error, &memory, with_halves);
    }
    const json::object* object = error ? nullptr : parsed.if_object();
    if (object == nullptr)
        return no_chunk();
    chat_chunk chunk;
    chunk.error = error_in(*object);
    chunk.usage = usage_in(*object);
    if (const json::object* choice = choice_of(*object))
        read_choice(*choice, chunk);
    return chunk;
}

std::optional<reported_error> read_error(std::string_view text) {
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error);
    if (error)
        return std::nullopt;
    // Gemini wraps the object into a list.
    const json::value* found = &parsed;
    if (parsed.is_array() && !parsed.get_array().empty())
        found = &parsed.get_array().front();
    if (!found->is_object())
        return std::nullopt;
    if (auto named = error_in(found->get_object()))
        return named;
    const reported_error whole = error_of(found->get_object());
    if (whole.message.empty())
        return std::nullopt;
    return whole;
}

}  // namespace clarion::model
