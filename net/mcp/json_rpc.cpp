#include "net/mcp/json_rpc.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

// Schemas nest deeper than most JSON does.
constexpr std::size_t depth_max = 128;

std::optional<message_id> id_of(const json::value& from) {
    if (const auto* const number = from.if_int64())
        return message_id(*number);
    if (const auto* const text = from.if_string())
        return message_id(std::string(*text));
    return std::nullopt;
}

json::value to_value(const message_id& id) {
    if (const auto* const number = std::get_if<std::int64_t>(&id))
        return *number;
    return json::value(std::get<std::string>(id));
}

rpc_error error_in(const json::value& from) {
    rpc_error read;
    const auto* const object = from.if_object();
    if (object == nullptr) {
        read.message = "an error without a message";
        return read;
    }
    if (const auto* const code = object->if_contains("code"); code != nullptr && code->is_int64())
        read.code = code->get_int64();
    read.message = text_in(*object, "message").value_or("an error without a message");
    if (const auto* const data = object->if_contains("data"))
        read.data = *data;
    return read;
}

rpc_message response_in(const json::object& from, std::optional<message_id> id) {
    rpc_response read;
    read.id = std::move(id);
    if (const auto* const error = from.if_contains("error")) {
        read.outcome = error_in(*error);
        return read;
    }
    const auto* const result = object_in(from, "result");
    if (!read.id)
        return not_rpc{"has neither a method nor an id"};
    if (result == nullptr)
        read.outcome = rpc_error{0, "the result is not an object", {}};
    else
        read.outcome = *result;
    return read;
}

rpc_message message_in(const json::object& from) {
    if (text_in(from, "jsonrpc") != "2.0")
        return not_rpc{"does not say jsonrpc 2.0"};
    const auto* const id_member = from.if_contains("id");
    const bool has_id = id_member != nullptr && !id_member->is_null();
    std::optional<message_id> id = has_id ? id_of(*id_member) : std::nullopt;
    if (has_id && !id)
        return not_rpc{"has an id that is neither a whole number nor a string"};
    std::optional<std::string> method = text_in(from, "method");
    if (!method)
        return response_in(from, std::move(id));
    const auto* const params = object_in(from, "params");
    json::object read = params == nullptr ? json::object() : *params;
    if (id)
        return rpc_request{*std::move(id), *std::move(method), std::move(read)};
    return rpc_notification{*std::move(method), std::move(read)};
}

json::object opened(const std::string& method, const json::object& params) {
    json::object made;
    made["jsonrpc"] = "2.0";
    made["method"] = method;
    if (!params.empty())
        made["params"] = params;
    return made;
}

}  // namespace

rpc_message parse_message(std::string_view text) {
    if (text.size() > message_bytes_max)
        return not_rpc{"is too large"};
    json::parse_options options;
    options.max_depth = depth_max;
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error, {}, options);
    if (error)
        return not_rpc{"is not JSON"};
    const auto* const object = parsed.if_object();
    if (object == nullptr)
        return not_rpc{"is not an object"};
    return message_in(*object);
}

std::string encode(const rpc_request& message) {
    json::object made = opened(message.method, message.params);
    made["id"] = to_value(message.id);
    return json::serialize(made);
}

std::string encode(const rpc_notification& message) {
    return json::serialize(opened(message.method, message.params));
}

std::string encode(const rpc_response& message) {
    json::object made;
    made["jsonrpc"] = "2.0";
    made["id"] = message.id ? to_value(*message.id) : json::value();
    if (const auto* const error = std::get_if<rpc_error>(&message.outcome)) {
        json::object written;
        written["code"] = error->code;
        written["message"] = error->message;
        if (!error->data.is_null())
            written["data"] = error->data;
        made["error"] = std::move(written);
    } else {
        made["result"] = std::get<json::object>(message.outcome);
    }
    return json::serialize(made);
}

rpc_response answer_to(const rpc_request& asked) {
    rpc_response made;
    made.id = asked.id;
    if (asked.method == "ping")
        made.outcome = json::object();
    else
        made.outcome = rpc_error{method_not_found, "this client cannot do that", {}};
    return made;
}

std::optional<std::string> text_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    if (member == nullptr || !member->is_string())
        return std::nullopt;
    return std::string(member->get_string());
}

const json::object* object_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    return member == nullptr ? nullptr : member->if_object();
}

}  // namespace clarion::mcp
