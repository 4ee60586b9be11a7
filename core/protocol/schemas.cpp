#include "core/protocol/schemas.hpp"

#include "core/protocol/client_frames.hpp"
#include "core/protocol/schema_fields.hpp"
#include "core/protocol/server_frames.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace clarion::protocol {

namespace {

namespace json = boost::json;
using schema::null_in_optional;
using schema::object_fields;

constexpr std::string_view draft = "http://json-schema.org/draft-07/schema#";

std::string description_of(const schema_file& file) {
    if (file.kind == schema_kind::client)
        return "A frame that a client sends.";
    if (file.kind == schema_kind::server)
        return "A frame that the server sends.";
    return "An event. Level: " + std::string(name_of(file.traits->level)) +
           ". What a user loses without it: " + std::string(file.traits->impact);
}

json::object head_of(const schema_file& file) {
    return {
        {"$schema", draft},
        {"$id", "urn:clarion:v1:" + std::string(name_of(file.kind)) + ':' + file.type},
        {"title", file.type},
        {"description", description_of(file)},
        {"x-clarion-kind", name_of(file.kind)},
    };
}

schema_file finish(schema_file file, object_fields fields) {
    file.name = file.type + ".json";
    json::object document = head_of(file);
    if (file.traits != nullptr) {
        document["x-clarion-level"] = name_of(file.traits->level);
        document["x-clarion-impact"] = file.traits->impact;
    }
    for (const auto& member : fields.take())
        document[member.key()] = member.value();
    file.text = json::serialize(document);
    return file;
}

schema_file named(std::string_view type, schema_kind kind) {
    schema_file file;
    file.type = type;
    file.kind = kind;
    return file;
}

void put_type(object_fields& fields, std::string_view type) {
    fields.put_required("type", {{"const", type}});
}

void put_id(object_fields& fields) {
    fields("id", std::optional<std::string>(), rules::client_id);
}

template <class... Frames>
void add_client(std::vector<schema_file>& to, const std::variant<Frames...>*) {
    const auto add = [&to]<class Frame>(const Frame*) {
        object_fields fields(null_in_optional::allowed);
        put_type(fields, Frame::type);
        put_id(fields);
        fields.put_struct<Frame>();
        to.push_back(finish(named(Frame::type, schema_kind::client), std::move(fields)));
    };
    (add(static_cast<const Frames*>(nullptr)), ...);
}

template <class Frame>
void add_server_frame(std::vector<schema_file>& to, void (*put_more)(object_fields&)) {
    object_fields fields(null_in_optional::never);
    put_type(fields, Frame::type);
    put_more(fields);
    fields.put_struct<Frame>();
    to.push_back(finish(named(Frame::type, schema_kind::server), std::move(fields)));
}

template <class... Frames>
void add_replies(std::vector<schema_file>& to, server::frame_list<Frames...>) {
    (add_server_frame<Frames>(to, put_id), ...);
}

template <class... Frames>
void add_notices(std::vector<schema_file>& to, server::frame_list<Frames...>) {
    (add_server_frame<Frames>(to, [](object_fields&) {}), ...);
}

template <class Payload>
schema_file event_schema(event_type type) {
    schema_file file = named(traits_of(type).name, schema_kind::event);
    file.traits = &traits_of(type);
    object_fields fields(null_in_optional::never);
    put_type(fields, file.type);
    fields.put_struct<event_frame>();
    fields.refine("critical", {{"const", file.traits->critical}});
    fields.refine("payload", fields.struct_schema<Payload>());
    fields.refine("replay", {{"const", true}});
    return finish(std::move(file), std::move(fields));
}

template <std::size_t... Indices>
void add_events(std::vector<schema_file>& to, std::index_sequence<Indices...>) {
    (to.push_back(event_schema<std::variant_alternative_t<Indices, payload>>(event_type{Indices})),
     ...);
}

void rename_ambiguous(std::vector<schema_file>& files) {
    for (schema_file& file : files) {
        const auto of_this_type = [&file](const schema_file& other) {
            return other.type == file.type;
        };
        if (std::ranges::count_if(files, of_this_type) > 1)
            file.name = file.type + '.' + std::string(name_of(file.kind)) + ".json";
    }
}

// What stands in another document has no identity of its own.
json::value nested(const schema_file& file) {
    json::value document = json::parse(file.text);
    document.as_object().erase("$schema");
    document.as_object().erase("$id");
    return document;
}

schema_file either(const schema_file& asked, const schema_file& answer) {
    schema_file both = named(asked.type, asked.kind);
    both.name = asked.type + ".json";
    const json::object document{
        {"$schema", draft},
        {"$id", "urn:clarion:v1:" + asked.type},
        {"title", asked.type},
        {"description", "A frame that both sides send, each with fields of its own."},
        {"anyOf", json::array{nested(asked), nested(answer)}},
    };
    both.text = json::serialize(document);
    return both;
}

json::object index_row(const schema_file& file, std::string_view folder) {
    json::object row{
        {"name", file.type},
        {"kind", name_of(file.kind)},
        {"url", std::string(folder) + file.name},
    };
    if (file.traits != nullptr) {
        row["level"] = name_of(file.traits->level);
        row["impact"] = file.traits->impact;
    }
    return row;
}

}  // namespace

std::vector<schema_file> all_schemas() {
    std::vector<schema_file> files;
    add_client(files, static_cast<const client::any_frame*>(nullptr));
    add_notices(files, server::notices());
    add_replies(files, server::replies());
    add_events(files, std::make_index_sequence<event_types_count>());
    rename_ambiguous(files);
    return files;
}

std::vector<schema_file> shared_schemas(const std::vector<schema_file>& of) {
    std::vector<schema_file> shared;
    for (const schema_file& asked : of) {
        for (const schema_file& answer : of) {
            if (asked.type != answer.type || asked.kind >= answer.kind)
                continue;
            shared.push_back(either(asked, answer));
        }
    }
    return shared;
}

std::string schema_index(const std::vector<schema_file>& of, std::string_view folder) {
    json::array rows;
    for (const schema_file& file : of)
        rows.push_back(index_row(file, folder));
    return json::serialize(json::object{{"protocol", "clarion.v1"}, {"schemas", std::move(rows)}});
}

}  // namespace clarion::protocol
