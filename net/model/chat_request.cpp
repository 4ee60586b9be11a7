#include "net/model/chat_request.hpp"

#include "core/protocol/json_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clarion::model {

namespace {

using protocol::json_view;
using protocol::object_writer;

std::string calls_json(const std::vector<ports::model_call>& calls) {
    std::string out = "[";
    for (const ports::model_call& call : calls) {
        out += out.size() > 1 ? "," : "";
        std::string function;
        object_writer inner(function);
        inner("name", wire_name(call.name));
        // A text that is no object would make every later request a bad one.
        inner("arguments", call.is_malformed ? std::string_view("{}") : call.arguments);
        inner.end();
        object_writer one(out);
        one("id", call.id);
        one("type", "function");
        one("function", json_view{function});
        one.end();
    }
    return out + "]";
}

std::string messages_json(const std::vector<ports::model_message>& messages) {
    std::string out = "[";
    for (const ports::model_message& message : messages) {
        out += out.size() > 1 ? "," : "";
        object_writer one(out);
        one("role", message.by);
        one("content", message.text);
        if (!message.calls.empty())
            one("tool_calls", json_view{calls_json(message.calls)});
        if (message.by == ports::speaker::tool)
            one("tool_call_id", message.call_id);
        one.end();
    }
    return out + "]";
}

std::string tools_json(const std::vector<ports::offered_tool>& tools) {
    std::string out = "[";
    for (const ports::offered_tool& tool : tools) {
        out += out.size() > 1 ? "," : "";
        std::string function;
        object_writer inner(function);
        inner("name", wire_name(tool.name));
        inner("description", tool.description);
        inner("parameters", tool.parameters);
        inner.end();
        object_writer one(out);
        one("type", "function");
        one("function", json_view{function});
        one.end();
    }
    return out + "]";
}

}  // namespace

std::string
chat_request_body(const std::string& model, const ports::model_request& asked, usage_wish wish) {
    std::string body;
    object_writer request(body);
    request("model", model);
    request("messages", json_view{messages_json(asked.messages)});
    // An empty list is refused by some.
    if (!asked.tools.empty())
        request("tools", json_view{tools_json(asked.tools)});
    request("max_tokens", asked.output_tokens_max);
    request("stream", true);
    if (wish == usage_wish::stated)
        request("stream_options", json_view{R"({"include_usage":true})"});
    request.end();
    return body;
}

// "." is common, and becomes "__". What else has to go, or a name that has "__" of its own, might
// become another tool's: such a name ends in a hash (FNV-1a, 32 bit).
std::string wire_name(std::string_view tool_name) {
    constexpr std::size_t bytes_max = 64;
    constexpr std::size_t hash_digits = 8;
    bool stands_for_itself = tool_name.find("__") == std::string_view::npos;
    std::uint32_t hash = 0x811c9dc5U;
    std::string name;
    for (const char c : tool_name) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '_' || c == '-';
        name += c == '.' ? std::string("__") : std::string(1, is_plain ? c : '_');
        stands_for_itself = stands_for_itself && (is_plain || c == '.');
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
    }
    if (stands_for_itself && name.size() <= bytes_max)
        return name;
    name.resize(std::min(name.size(), bytes_max - hash_digits - 1));
    name += '_';
    for (std::size_t digit = hash_digits; digit > 0; --digit)
        name += "0123456789abcdef"[(hash >> (4U * (digit - 1))) & 15U];
    return name;
}

bool is_about_stream_options(unsigned status, const std::string& body) {
    return (status == 400 || status == 422) && (body.find("stream_options") != std::string::npos ||
                                                body.find("include_usage") != std::string::npos);
}

}  // namespace clarion::model
