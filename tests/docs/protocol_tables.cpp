// Writes the generated tables of docs/protocol.md, or says whether they are up to date.
//
//     protocol_tables --write docs/protocol.md
//     protocol_tables --check docs/protocol.md     exit status 1 when they are not

#include "core/protocol/schemas.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion::protocol;
namespace json = boost::json;

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

std::string names_in(const json::array& names) {
    std::string out;
    for (const json::value& name : names)
        if (name.is_string())
            out += (out.empty() ? "`" : ", `") + text_of(name) + '`';
    return out;
}

// "string", also where null may stand for an absent field.
std::string type_name(const json::object& schema) {
    const json::value* type = schema.if_contains("type");
    if (type == nullptr)
        return "any JSON";
    const std::string name = text_of(type->is_array() ? type->as_array().front() : *type);
    if (name == "array")
        return "array of " + type_name(schema.at("items").as_object());
    if (const json::value* values = schema.if_contains("additionalProperties"))
        return "object of " + type_name(values->as_object());
    return name;
}

std::string bound(std::string_view sign, const json::value& number) {
    return std::string(sign) + json::serialize(number);
}

std::string limits_of(const json::object& schema) {
    if (const json::value* fixed = schema.if_contains("const"))
        return "always `" + (fixed->is_string() ? text_of(*fixed) : json::serialize(*fixed)) + '`';
    if (const json::value* names = schema.if_contains("enum"))
        return names_in(names->as_array());
    std::vector<std::string> all;
    if (const json::value* least = schema.if_contains("minimum"))
        if (least->to_number<std::int64_t>() != std::numeric_limits<std::int64_t>::min())
            all.push_back(bound("≥ ", *least));
    if (const json::value* most = schema.if_contains("maximum"))
        if (most->to_number<std::int64_t>() != std::numeric_limits<std::int64_t>::max())
            all.push_back(bound("≤ ", *most));
    if (schema.contains("minLength") && schema.at("minLength") != 0)
        all.push_back("not empty");
    const char* const bytes = schema.contains("pattern") ? "maxLength" : "x-clarion-bytes-max";
    if (const json::value* most = schema.if_contains(bytes))
        all.push_back("at most " + json::serialize(*most) + " bytes");
    if (schema.contains("pattern"))
        all.push_back("`A-Z a-z 0-9 _ . : -`");
    std::string out;
    for (const std::string& one : all)
        out += (out.empty() ? "" : "; ") + one;
    return out;
}

bool is_required(const json::object& in, std::string_view name) {
    const json::value* required = in.if_contains("required");
    return required != nullptr && std::ranges::any_of(required->as_array(), [&](const auto& one) {
               return one.as_string() == name;
           });
}

void append_rows(std::string& out, const json::object& schema, const std::string& prefix) {
    for (const auto& member : schema.at("properties").as_object()) {
        const std::string name = prefix + std::string(member.key());
        const json::object& field = member.value().as_object();
        out += "| `" + name + "` | " + (field.contains("const") ? "" : type_name(field)) + " | " +
               (is_required(schema, member.key()) ? "yes" : "") + " | " + limits_of(field) + " |\n";
        if (field.contains("properties"))
            append_rows(out, field, name + '.');
        else if (const json::value* items = field.if_contains("items"))
            if (items->as_object().contains("properties"))
                append_rows(out, items->as_object(), name + "[].");
    }
}

std::string choice_of(const json::object& schema) {
    for (const auto& [keyword, words] :
         {std::pair("anyOf", "At least one of "), std::pair("oneOf", "Exactly one of ")}) {
        if (const json::value* either = schema.if_contains(keyword))
            return words + names_in(either->at(0).at("required").as_array()) + " and " +
                   names_in(either->at(1).at("required").as_array()) + " must stand.\n\n";
    }
    return "";
}

constexpr std::string_view head = "| field | type | required | limits |\n|---|---|---|---|\n";

std::string frame_table(const schema_file& file) {
    const json::value schema = json::parse(file.text);
    std::string out = "#### `" + file.type + "`\n\n" + std::string(head);
    append_rows(out, schema.as_object(), "");
    return out + '\n' + choice_of(schema.as_object());
}

std::string event_table(const schema_file& file) {
    const json::value schema = json::parse(file.text);
    const json::object& payload = schema.at_pointer("/properties/payload").as_object();
    std::string out = "#### `" + file.type + "`\n\n";
    out += file.traits->critical ? "Critical" : "Not critical";
    out += "; level `" + std::string(name_of(file.traits->level)) + "`. Without it: ";
    out += std::string(file.traits->impact) + "\n\n" + std::string(head);
    append_rows(out, payload, "");
    return out + '\n' + choice_of(payload);
}

std::string envelope_table(const std::vector<schema_file>& files) {
    const auto any = std::ranges::find(files, schema_kind::event, &schema_file::kind);
    json::object schema = json::parse(any->text).as_object();
    json::object& fields = schema.at("properties").as_object();
    // Of one event here; what they have in common there.
    fields["type"] = {{"type", "string"}};
    fields["critical"] = {{"type", "boolean"}};
    fields["payload"] = {{"type", "object"}};
    std::string out(head);
    append_rows(out, schema, "");
    return out + '\n';
}

std::string tables_of(const std::vector<schema_file>& files, schema_kind kind) {
    std::string out;
    for (const schema_file& file : files)
        if (file.kind == kind)
            out += kind == schema_kind::event ? event_table(file) : frame_table(file);
    return out;
}

// Puts `made` between the marks of `name`. False when they are not there.
bool replace_part(std::string& document, const std::string& name, const std::string& made) {
    const std::string begin = "<!-- generated: " + name + " -->\n";
    const std::size_t from = document.find(begin);
    const std::size_t to = document.find("<!-- end of " + name + " -->", from);
    if (from == std::string::npos || to == std::string::npos)
        return false;
    document.replace(from + begin.size(), to - from - begin.size(), "\n" + made);
    return true;
}

int run(std::string_view what, const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    const std::string before{std::istreambuf_iterator<char>(in), {}};
    std::string after = before;
    const std::vector<schema_file> files = all_schemas();
    if (!replace_part(after, "client frames", tables_of(files, schema_kind::client)) ||
        !replace_part(after, "server frames", tables_of(files, schema_kind::server)) ||
        !replace_part(after, "event frame", envelope_table(files)) ||
        !replace_part(after, "events", tables_of(files, schema_kind::event))) {
        std::fprintf(stderr, "%s: a mark of a generated part is missing\n", path.c_str());
        return 1;
    }
    if (what == "--write") {
        std::ofstream(path, std::ios::binary) << after;
        return 0;
    }
    if (after != before)
        std::fprintf(stderr, "%s: the tables are out of date: tools/dev docs\n", path.c_str());
    return after == before ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() != 2 || (words[0] != "--write" && words[0] != "--check")) {
        std::fputs("usage: protocol_tables --write|--check docs/protocol.md\n", stderr);
        return 2;
    }
    return run(words[0], words[1]);
}
