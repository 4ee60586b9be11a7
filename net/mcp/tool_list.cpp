#include "net/mcp/tool_list.hpp"

#include "core/protocol/utf8.hpp"
#include "net/http/header_fields.hpp"
#include "net/mcp/json_rpc.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t notes_max = 32;
constexpr std::size_t mirrored_depth_max = 8;

bool is_tool_name(std::string_view name) {
    return !name.empty() && name.size() <= name_bytes_max &&
           std::ranges::all_of(name, [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_token(std::string_view name) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               others.find(c) != std::string_view::npos;
    });
}

std::string cut(std::string text) {
    if (text.size() > description_bytes_max)
        text.resize(description_bytes_max);
    text.resize(protocol::utf8_prefix_bytes(text));
    return text;
}

bool says(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    return member != nullptr && member->is_bool() && member->get_bool();
}

/// Looks for `x-mcp-header` in the properties of a schema, and in those below them.
class mirror_search {
public:
    explicit mirror_search(listed_tool& into) : into_(into) {}

    /// Nothing, or what is wrong with one of them.
    std::optional<std::string> look_into(const json::object& schema) {
        const auto* const properties = object_in(schema, "properties");
        if (properties == nullptr || path_.size() >= mirrored_depth_max)
            return std::nullopt;
        for (const auto& property : *properties) {
            const auto* const below = property.value().if_object();
            if (below == nullptr)
                continue;
            path_.emplace_back(property.key());
            auto wrong = look_at(*below);
            if (!wrong)
                wrong = look_into(*below);
            path_.pop_back();
            if (wrong)
                return wrong;
        }
        return std::nullopt;
    }

private:
    std::optional<std::string> look_at(const json::object& property) {
        if (!property.contains("x-mcp-header"))
            return std::nullopt;
        const auto header = text_in(property, "x-mcp-header");
        if (!header || !is_token(*header))
            return "x-mcp-header is not the name of a header";
        const auto type = text_in(property, "type");
        if (type != "string" && type != "integer" && type != "boolean")
            return "x-mcp-header stands at an argument that no header can hold";
        for (const auto& [name, path] : into_.mirrored)
            if (http::equals_ignoring_case(name, *header))
                return "x-mcp-header names the same header twice";
        into_.mirrored.emplace(*header, path_);
        return std::nullopt;
    }

    listed_tool& into_;
    std::vector<std::string> path_;
};

}  // namespace

void tool_list::take_page(const json::object& result) {
    ++pages_;
    next_ = text_in(result, "nextCursor");
    if (next_ && pages_ >= list_pages_max) {
        leave_out("the rest of the list", "it has too many pages");
        next_.reset();
    }
    const auto* const member = result.if_contains("tools");
    const auto* const array = member == nullptr ? nullptr : member->if_array();
    if (array == nullptr)
        return;
    for (const json::value& one : *array) {
        if (tools_.size() == tools_max) {
            leave_out("the rest of the list", "there are too many tools");
            next_.reset();
            return;
        }
        if (const auto* const object = one.if_object())
            take_tool(*object);
    }
}

void tool_list::take_tool(const json::object& from) {
    listed_tool read;
    read.about.name = text_in(from, "name").value_or("");
    const std::string& name = read.about.name;
    if (!is_tool_name(name))
        return leave_out("a tool", "its name is empty, too long or not printable");
    if (find(name) != nullptr)
        return leave_out(name, "there are two of that name");
    const auto* const schema = object_in(from, "inputSchema");
    if (schema == nullptr)
        return leave_out(name, "it has no inputSchema");
    read.about.parameters.text = json::serialize(*schema);
    if (read.about.parameters.text.size() > schema_bytes_max)
        return leave_out(name, "its inputSchema is too large");
    read.about.description = cut(text_in(from, "description").value_or(""));
    const auto* const annotations = object_in(from, "annotations");
    read.about.read_only = annotations != nullptr && says(*annotations, "readOnlyHint");
    if (auto wrong = mirror_search(read).look_into(*schema))
        return leave_out(name, *wrong);
    tools_.push_back(std::move(read));
}

const listed_tool* tool_list::find(std::string_view name) const {
    const auto found = std::ranges::find(tools_, name, [](const listed_tool& one) {
        return std::string_view(one.about.name);
    });
    return found == tools_.end() ? nullptr : &*found;
}

void tool_list::leave_out(const std::string& name, const std::string& why) {
    if (notes_.size() < notes_max)
        notes_.push_back("leaves out " + name + ": " + why);
}

}  // namespace clarion::mcp
