#include "core/conversation/message_digest.hpp"

#include "core/engine/sha256.hpp"
#include "core/protocol/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace clarion::conversation {

namespace {

namespace json = boost::json;

// Above it a double has no fraction and may not be the number that was meant.
constexpr double exact_integer_max = 9'007'199'254'740'992;

void append_canonical(std::string& out, const json::value& value);

void append_canonical(std::string& out, const json::object& object) {
    std::vector<std::string_view> keys;
    for (const auto& [key, value] : object)
        keys.push_back(key);
    std::ranges::sort(keys);
    out += '{';
    for (const std::string_view key : keys) {
        protocol::append_json_string(out, key);
        out += ':';
        append_canonical(out, object.at(key));
        out += ',';
    }
    out += '}';
}

// The same metadata may come in another order of its keys and with 1 written as 1.0: a client that
// sends again may have made the text anew.
void append_canonical(std::string& out, const json::value& value) {
    if (const auto* object = value.if_object())
        return append_canonical(out, *object);
    if (const auto* array = value.if_array()) {
        out += '[';
        for (const json::value& each : *array) {
            append_canonical(out, each);
            out += ',';
        }
        out += ']';
        return;
    }
    const double* number = value.if_double();
    if (number != nullptr && *number == std::trunc(*number) &&
        std::abs(*number) <= exact_integer_max)
        protocol::append_json(out, static_cast<std::int64_t>(*number));
    else
        out += json::serialize(value);
}

}  // namespace

std::string digest_of(const protocol::client::message& body) {
    std::string content;
    protocol::object_writer writer(content);
    writer("text", body.text);
    writer("agent", body.agent);
    if (body.metadata) {
        protocol::json_text canonical;
        append_canonical(canonical.text, json::parse(body.metadata->text));
        writer("metadata", canonical);
    }
    writer.end();
    return engine::sha256_hex(content);
}

}  // namespace clarion::conversation
