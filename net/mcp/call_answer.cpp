#include "net/mcp/call_answer.hpp"

#include "net/mcp/json_rpc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

const json::array* content_in(const json::object& result) {
    const auto* const member = result.if_contains("content");
    return member == nullptr ? nullptr : member->if_array();
}

std::optional<std::string> text_of(const json::value& part) {
    const auto* const object = part.if_object();
    if (object == nullptr || text_in(*object, "type") != "text")
        return std::nullopt;
    return text_in(*object, "text");
}

// Base64 is nothing to a model, and too much for an event.
void put_size_for_bytes(json::object& part, std::string_view name) {
    const auto encoded = text_in(part, name);
    if (!encoded)
        return;
    part.erase(name);
    part["bytes"] = encoded->size() / 4 * 3;
}

json::value without_bytes(const json::value& part) {
    const auto* const object = part.if_object();
    if (object == nullptr)
        return part;
    json::object copy = *object;
    put_size_for_bytes(copy, "data");
    if (const auto* const resource = object_in(*object, "resource")) {
        json::object inner = *resource;
        put_size_for_bytes(inner, "blob");
        copy["resource"] = std::move(inner);
    }
    return copy;
}

struct joined_texts {
    std::string text;
    bool are_all = true;  // there is nothing else
};

joined_texts join_texts(const json::array& content) {
    joined_texts joined;
    for (const json::value& part : content) {
        const auto text = text_of(part);
        if (!text) {
            joined.are_all = false;
            continue;
        }
        if (!joined.text.empty())
            joined.text += '\n';
        joined.text += *text;
    }
    return joined;
}

bool is_error(const json::object& result) {
    const auto* const member = result.if_contains("isError");
    return member != nullptr && member->is_bool() && member->get_bool();
}

}  // namespace

ports::source_answer answer_of(const json::object& result) {
    const auto kind = text_in(result, "resultType");
    if (kind && *kind != "complete")
        return ports::source_refusal{"the tool asks for what this client cannot give: " + *kind};
    static const json::array nothing;
    const json::array* const found = content_in(result);
    const json::array& content = found == nullptr ? nothing : *found;
    joined_texts joined = join_texts(content);
    if (is_error(result))
        return ports::source_refusal{std::move(joined.text)};
    if (const auto* const structured = object_in(result, "structuredContent"))
        return protocol::json_text{json::serialize(*structured)};
    if (joined.are_all)
        return protocol::json_text{json::serialize(json::string(joined.text))};
    json::array parts;
    for (const json::value& part : content)
        parts.push_back(without_bytes(part));
    json::object whole;
    whole["content"] = std::move(parts);
    return protocol::json_text{json::serialize(whole)};
}

ports::source_answer answer_of(const ask_outcome& came) {
    if (const auto* const failure = std::get_if<ask_failure>(&came)) {
        const bool is_late = failure->what == ask_failure::fault::late;
        return ports::source_refusal{
            "the MCP server " + failure->message,
            is_late ? ports::refusal_cause::late : ports::refusal_cause::unavailable
        };
    }
    if (const auto* const error = std::get_if<rpc_error>(&came))
        return ports::source_refusal{
            error->message + " (error " + std::to_string(error->code) + ")"
        };
    return answer_of(std::get<json::object>(came));
}

}  // namespace clarion::mcp
