// Each field of each frame and payload missing, wrong, too long, made from the field lists: the
// reader and the published schema must give the same verdict, and the right one.

#include "core/protocol/client_frames.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/protocol/schemas.hpp"
#include "tests/unit/core/protocol/field_variants.hpp"
#include "tests/unit/core/protocol/frame_samples.hpp"
#include "tests/unit/core/protocol/schema_validator.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace clarion::protocol;
using namespace clarion::protocol::testing;
namespace json = boost::json;

using reader_verdict = std::optional<field_error>;

struct contestants {
    std::string_view type;
    const schema_validator& schema;
    reader_verdict (*read)(const json::object&);
    null_means nulls = null_means::wrong;
};

void compare(const field_variant& variant, const field_fact& fact, const contestants& both) {
    const reader_verdict refused = both.read(variant.object);
    const std::string complaint = both.schema.complaint(variant.object);
    BOOST_TEST_CONTEXT(
        both.type << ": " << variant.what << "\n"
                  << json::serialize(variant.object).substr(0, 400)
    ) {
        switch (variant.expected) {
            case verdict::accepted:
                BOOST_TEST(!refused);
                BOOST_TEST(complaint == "");
                break;
            case verdict::refused:
                BOOST_TEST(refused.has_value());
                BOOST_TEST(complaint != "");
                break;
            case verdict::refused_by_reader:
                BOOST_TEST(refused.has_value());
                break;
            case verdict::same_for_both:
                BOOST_TEST(refused.has_value() == !complaint.empty(), complaint);
                break;
        }
        if (refused)
            BOOST_TEST(refused->pointer.starts_with(fact.in_choice ? "/" : fact.pointer));
    }
}

template <class T>
std::size_t compare_all(const json::object& legal, const contestants& both) {
    std::size_t compared = 0;
    BOOST_TEST(both.schema.complaint(legal) == "");
    for (const field_fact& fact : facts_of<T>()) {
        for (const field_variant& variant : variants_of(fact, legal, both.nulls)) {
            compare(variant, fact, both);
            ++compared;
        }
    }
    return compared;
}

const std::string& schema_text(std::string_view type, schema_kind kind) {
    static const std::vector<schema_file> all = all_schemas();
    const auto found = std::ranges::find_if(all, [&](const schema_file& file) {
        return file.type == type && file.kind == kind;
    });
    BOOST_REQUIRE(found != all.end());
    return found->text;
}

// A client frame the way it comes: as text, through parse_frame.
template <class Frame>
reader_verdict read_client(const json::object& frame) {
    auto parsed = client::parse_frame(json::serialize(frame));
    const auto* refused = std::get_if<client::refused_frame>(&parsed);
    if (refused == nullptr)
        return std::nullopt;
    BOOST_TEST((refused->answer.code == server::error_code::bad_request));
    return field_error{refused->answer.detail.value_or(""), refused->answer.message};
}

template <class T>
reader_verdict read_typed(const json::object& from) {
    T value;
    return object_reader::read(json::value(from), value, rules::any, {});
}

// The server writes no null in an optional field, and its schemas say so; the reader of its own log
// takes it for absent.
template <class T>
reader_verdict read_strictly(const json::object& from) {
    for (const field_fact& fact : facts_of<T>()) {
        boost::system::error_code error;
        const json::value whole(from);
        const json::value* found = whole.find_pointer(fact.pointer, error);
        const bool any_json = fact.kind == field_kind::json && !fact.rule.object;
        if (found != nullptr && found->is_null() && !any_json)
            return field_error{fact.pointer, "is null"};
    }
    return read_typed<T>(from);
}

template <class... Frames>
std::size_t compare_clients(const std::variant<Frames...>*) {
    const auto one = []<class Frame>(const Frame*) {
        const schema_validator schema(schema_text(Frame::type, schema_kind::client));
        return compare_all<Frame>(
            sample_json<Frame>(filled::all_fields),
            {Frame::type, schema, &read_client<Frame>, null_means::absent}
        );
    };
    return (one(static_cast<const Frames*>(nullptr)) + ...);
}

template <class... Frames>
std::size_t compare_servers(server::frame_list<Frames...>) {
    const auto one = []<class Frame>(const Frame*) {
        const schema_validator schema(schema_text(Frame::type, schema_kind::server));
        return compare_all<Frame>(
            sample_json<Frame>(filled::all_fields),
            {Frame::type, schema, &read_strictly<Frame>}
        );
    };
    return (one(static_cast<const Frames*>(nullptr)) + ...);
}

std::string payload_schema(event_type type) {
    const auto& text = schema_text(traits_of(type).name, schema_kind::event);
    const json::value schema = json::parse(text);
    return json::serialize(schema.at_pointer("/properties/payload"));
}

template <std::size_t... Indices>
std::size_t compare_payloads(std::index_sequence<Indices...>) {
    const auto one = []<class Payload>(const Payload*, event_type type) {
        const schema_validator schema(payload_schema(type));
        return compare_all<Payload>(
            sample_json<Payload>(filled::all_fields),
            {traits_of(type).name, schema, &read_strictly<Payload>}
        );
    };
    return (
        one(static_cast<const std::variant_alternative_t<Indices, payload>*>(nullptr),
            event_type{Indices}) +
        ...
    );
}

}  // namespace

BOOST_AUTO_TEST_SUITE(field_tables)

BOOST_AUTO_TEST_CASE(every_client_frame_is_read_as_its_schema_says) {
    BOOST_TEST(compare_clients(static_cast<const client::any_frame*>(nullptr)) > 150U);
}

BOOST_AUTO_TEST_CASE(every_server_frame_is_what_its_schema_says) {
    BOOST_TEST(compare_servers(server::replies()) > 200U);
    BOOST_TEST(compare_servers(server::notices()) > 200U);
}

BOOST_AUTO_TEST_CASE(every_payload_is_what_its_schema_says) {
    BOOST_TEST(compare_payloads(std::make_index_sequence<event_types_count>()) > 1000U);
}

BOOST_AUTO_TEST_CASE(of_two_fields_one_is_needed_in_a_cancel_and_one_alone_in_a_tool_completed) {
    const schema_validator cancel(schema_text("cancel", schema_kind::client));
    const auto agree = [&cancel](const char* fields, bool accepted) {
        const std::string text = R"({"type":"cancel","thread_id":"t")" + std::string(fields) + "}";
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST((cancel.complaint(json::parse(text)) == "") == accepted);
            BOOST_TEST(
                std::holds_alternative<client::frame>(client::parse_frame(text)) == accepted
            );
        }
    };
    agree("", false);
    agree(R"(,"run_id":null)", false);
    agree(R"(,"run_id":null,"message_id":null)", false);
    agree(R"(,"run_id":"r")", true);
    agree(R"(,"message_id":"m","run_id":null)", true);
    agree(R"(,"message_id":"m","run_id":"r")", true);

    const schema_validator completed(payload_schema(event_type::tool_completed));
    for (const auto& [fields, accepted] : std::vector<std::pair<const char*, bool>>{
             {"", false},
             {R"(,"result":null)", true},
             {R"(,"error":"x")", true},
             {R"(,"result":1,"error":"x")", false},
             {R"(,"result":null,"error":"x")", false},
         }) {
        const std::string text =
            R"({"agent_name":"a","tool_call_id":"t","tool_name":"n","outcome":"ok","duration_ms":1)" +
            std::string(fields) + "}";
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST((completed.complaint(json::parse(text)) == "") == accepted);
            const auto read = payload_from_json(event_type::tool_completed, text);
            BOOST_TEST(std::holds_alternative<payload>(read) == accepted);
            if (accepted)
                BOOST_TEST(!check_payload(std::get<payload>(read)));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_id_of_a_client_frame_follows_its_schema) {
    const schema_validator schema(schema_text("ping", schema_kind::client));
    field_fact id;
    id.pointer = "/id";
    id.kind = field_kind::text;
    id.rule = rules::client_id;
    id.optional = true;
    const json::object legal{{"type", "ping"}, {"id", "7"}};
    for (const field_variant& variant : variants_of(id, legal, null_means::absent))
        compare(variant, id, {"ping", schema, &read_client<client::ping>, null_means::absent});
}

BOOST_AUTO_TEST_SUITE_END()
