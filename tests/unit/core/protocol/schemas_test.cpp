#include "core/protocol/schemas.hpp"

#include "core/protocol/client_frames.hpp"
#include "core/protocol/payload_text.hpp"
#include "tests/unit/core/protocol/frame_samples.hpp"
#include "tests/unit/core/protocol/payload_examples.hpp"
#include "tests/unit/core/protocol/schema_validator.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace clarion::protocol;
using namespace clarion::protocol::testing;
namespace json = boost::json;

const schema_file& file_of(const std::vector<schema_file>& all, std::string_view type) {
    const auto found =
        std::ranges::find_if(all, [&](const schema_file& file) { return file.type == type; });
    BOOST_REQUIRE_MESSAGE(found != all.end(), type);
    return *found;
}

template <class Frame>
void check_frame(schema_kind kind) {
    const std::vector<schema_file> all = all_schemas();
    const auto found = std::ranges::find_if(all, [&](const schema_file& file) {
        return file.type == Frame::type && file.kind == kind;
    });
    BOOST_REQUIRE(found != all.end());
    const schema_validator schema(found->text);
    for (const filled how_much : {filled::required_fields, filled::all_fields}) {
        const std::string text = to_frame(sample<Frame>(how_much));
        BOOST_TEST(schema.complaint(json::parse(text)) == "", text);
    }
}

template <class... Frames>
void check_clients(const std::variant<Frames...>*) {
    (check_frame<Frames>(schema_kind::client), ...);
}

template <class... Frames>
void check_servers(server::frame_list<Frames...>) {
    (check_frame<Frames>(schema_kind::server), ...);
}

event committed(const payload& of) {
    event made = uncommitted(of);
    made.seq = 1;
    made.timestamp_ms = 1790000000123;
    made.run_id = "r_1";
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schemas)

BOOST_AUTO_TEST_CASE(every_frame_that_can_be_written_is_valid_under_its_schema) {
    check_clients(static_cast<const client::any_frame*>(nullptr));
    check_servers(server::replies());
    check_servers(server::notices());
}

BOOST_AUTO_TEST_CASE(every_event_frame_live_or_replayed_is_valid_under_its_schema) {
    const std::vector<schema_file> all = all_schemas();
    for (const payload& each : one_of_each()) {
        const schema_validator schema(file_of(all, traits_of(type_of(each)).name).text);
        for (const delivery how : {delivery::live, delivery::replay}) {
            const std::string text = to_frame(committed(each), "t1", "e_1", how);
            BOOST_TEST(schema.complaint(json::parse(text)) == "", text);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_broken_envelope_is_refused) {
    const schema_validator schema(file_of(all_schemas(), "text_delta").text);
    const std::string text =
        to_frame(committed(text_delta{"a", "m", "d"}), "t1", "e_1", delivery::replay);
    const json::object legal = json::parse(text).as_object();
    BOOST_TEST(schema.complaint(legal) == "");
    for (const char* const member :
         {"type", "thread_id", "run_id", "epoch", "seq", "timestamp", "critical", "payload"}) {
        json::object broken = legal;
        broken.erase(member);
        BOOST_TEST(schema.complaint(broken) != "", member);
        broken[member] = nullptr;
        BOOST_TEST(schema.complaint(broken) != "", member);
    }
    const std::vector<std::pair<const char*, json::value>> wrong{
        {"type", "custom"},
        {"thread_id", "a b"},
        {"seq", 0},
        {"timestamp", -1},
        {"critical", true},
        {"payload", json::object{}},
        {"replay", false},
    };
    for (const auto& [member, value] : wrong) {
        json::object broken = legal;
        broken[member] = value;
        BOOST_TEST(schema.complaint(broken) != "", member);
    }
    json::object more = legal;
    more["later"] = "an unknown field";
    BOOST_TEST(schema.complaint(more) == "");
}

BOOST_AUTO_TEST_CASE(each_event_schema_says_its_level_and_what_its_loss_means) {
    std::size_t events = 0;
    for (const schema_file& file : all_schemas()) {
        if (file.kind != schema_kind::event)
            continue;
        const json::object schema = json::parse(file.text).as_object();
        BOOST_TEST(schema.at("x-clarion-level").as_string() == name_of(file.traits->level));
        BOOST_TEST(schema.at("x-clarion-impact").as_string() == file.traits->impact);
        BOOST_TEST(
            schema.at("description").as_string().find(file.traits->impact) != json::string::npos
        );
        BOOST_TEST(
            schema.at("properties").at("critical").at("const").as_bool() == file.traits->critical
        );
        ++events;
    }
    BOOST_TEST(events == event_types_count);
}

BOOST_AUTO_TEST_CASE(the_index_names_each_file_once_and_no_file_overwrites_another) {
    const std::vector<schema_file> all = all_schemas();
    std::set<std::string> names;
    for (const schema_file& file : all)
        BOOST_TEST(names.insert(file.name).second, file.name);
    for (const schema_file& file : shared_schemas(all))
        BOOST_TEST(names.insert(file.name).second, file.name);

    const json::value index = json::parse(schema_index(all, "/schemas/"));
    BOOST_TEST(index.at("protocol").as_string() == "clarion.v1");
    const json::array& rows = index.at("schemas").as_array();
    BOOST_REQUIRE_EQUAL(rows.size(), all.size());
    for (std::size_t at = 0; at < rows.size(); ++at) {
        BOOST_TEST(rows[at].at("name").as_string() == all[at].type);
        BOOST_TEST(rows[at].at("kind").as_string() == name_of(all[at].kind));
        BOOST_TEST(rows[at].at("url").as_string() == "/schemas/" + all[at].name);
        BOOST_TEST(rows[at].as_object().contains("level") == (all[at].traits != nullptr));
    }
}

BOOST_AUTO_TEST_CASE(a_type_of_both_sides_has_a_file_for_each_and_one_that_takes_either) {
    schema_file asked = file_of(all_schemas(), "ping");
    schema_file answer = file_of(all_schemas(), "pong");
    answer.type = asked.type;
    const std::vector<schema_file> shared = shared_schemas({asked, answer});
    BOOST_REQUIRE_EQUAL(shared.size(), 1U);
    BOOST_TEST(shared[0].name == "ping.json");
    const schema_validator either(shared[0].text);
    BOOST_TEST(either.complaint(json::parse(R"({"type":"ping"})")) == "");
    BOOST_TEST(either.complaint(json::parse(R"({"type":"pong","ts":1})")) == "");
    BOOST_TEST(either.complaint(json::parse(R"({"type":"pong"})")) != "");
}

BOOST_AUTO_TEST_SUITE_END()
