#include "net/mcp/mirrored_headers.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include <openssl/evp.h>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

constexpr std::string_view opening_mark = "=?base64?";
constexpr std::string_view closing_mark = "?=";

bool is_plain(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.front() == '\t' ||
        text.back() == '\t')
        return false;
    if (text.starts_with(opening_mark) && text.ends_with(closing_mark))
        return false;
    return std::ranges::all_of(text, [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\t'; });
}

const json::value* find_in(const json::object& arguments, const std::vector<std::string>& path) {
    const json::object* at = &arguments;
    const json::value* found = nullptr;
    for (const std::string& member : path) {
        if (at == nullptr)
            return nullptr;
        found = at->if_contains(member);
        at = found == nullptr ? nullptr : found->if_object();
    }
    return found;
}

std::optional<std::string> text_of(const json::value& argument) {
    if (const auto* const text = argument.if_string())
        return std::string(*text);
    if (const auto* const truth = argument.if_bool())
        return *truth ? "true" : "false";
    if (const auto* const number = argument.if_int64())
        return std::to_string(*number);
    if (const auto* const number = argument.if_uint64())
        return std::to_string(*number);
    return std::nullopt;
}

}  // namespace

std::string header_value(std::string_view text) {
    if (is_plain(text) || text.empty())
        return std::string(text);
    const std::string bytes(text);
    // With room for the zero that EVP_EncodeBlock puts behind it.
    std::string encoded((bytes.size() + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(encoded.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    encoded.pop_back();
    return std::string(opening_mark) + encoded + std::string(closing_mark);
}

void add_mirrored(
    std::vector<http::header_field>& headers,
    const std::map<std::string, std::vector<std::string>>& mirrored,
    const json::object& arguments
) {
    for (const auto& [name, path] : mirrored) {
        const json::value* const found = find_in(arguments, path);
        const auto text = found == nullptr ? std::nullopt : text_of(*found);
        if (text)
            headers.push_back({"Mcp-Param-" + name, header_value(*text)});
    }
}

}  // namespace clarion::mcp
