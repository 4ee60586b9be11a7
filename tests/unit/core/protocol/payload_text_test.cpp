#include "core/protocol/payload_text.hpp"

#include "core/protocol/json_writer.hpp"
#include "tests/unit/core/protocol/payload_examples.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace clarion::protocol;
using testing::one_of_each;

}  // namespace

BOOST_AUTO_TEST_SUITE(payload_text)

BOOST_AUTO_TEST_CASE(every_payload_survives_the_way_to_json_and_back) {
    const std::vector<payload> all = one_of_each();
    BOOST_REQUIRE_EQUAL(all.size(), event_types_count);
    for (std::size_t index = 0; index < all.size(); ++index) {
        BOOST_TEST(all[index].index() == index);
        const std::string json = payload_to_json(all[index]);
        const auto back = payload_from_json(type_of(all[index]), json);
        BOOST_REQUIRE_MESSAGE(std::holds_alternative<payload>(back), json);
        BOOST_TEST(payload_to_json(std::get<payload>(back)) == json);
        BOOST_TEST(!check_payload(all[index]));
        // What the writer makes is JSON to somebody else's parser too.
        BOOST_TEST(boost::json::parse(json).is_object());
    }
}

BOOST_AUTO_TEST_CASE(a_result_that_is_null_comes_back_from_the_log_as_null) {
    const tool_completed
        nothing{"a", "t", "x", tool_outcome::ok, json_text{"null"}, std::nullopt, 0, std::nullopt};
    BOOST_TEST(!check_payload(nothing));
    const auto back = payload_from_json(event_type::tool_completed, payload_to_json(nothing));
    BOOST_TEST((std::get<tool_completed>(std::get<payload>(back)).result == json_text{"null"}));
}

BOOST_AUTO_TEST_CASE(what_was_committed_is_read_again_however_deep_it_is) {
    constexpr std::size_t depth = 128;
    const custom deep{"n", {std::string(depth, '[') + std::string(depth, ']')}};
    BOOST_TEST(!check_payload(deep));
    const auto back = payload_from_json(event_type::custom, payload_to_json(deep));
    BOOST_REQUIRE(std::holds_alternative<payload>(back));
    BOOST_TEST((std::get<custom>(std::get<payload>(back)).data == deep.data));
}

BOOST_AUTO_TEST_CASE(an_event_is_one_line_whatever_others_have_written) {
    const tool_executing pretty{"a", "t", "x", {"{\r\n  \"a\": \"b\\n\"\n}"}, std::nullopt};
    const std::string json = payload_to_json(pretty);
    BOOST_TEST(json.find_first_of("\r\n") == std::string::npos);
    BOOST_TEST(json.find(R"("a": "b\n")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_check_names_the_field_that_breaks_the_table) {
    const auto pointer_of = [](const payload& wrong) {
        const auto error = check_payload(wrong);
        return error ? error->pointer : std::string("none");
    };
    BOOST_TEST(pointer_of(agent_thinking{"", 1, "x", std::nullopt}) == "/agent_name");
    BOOST_TEST(pointer_of(agent_thinking{"a", 0, "x", std::nullopt}) == "/step_number");
    BOOST_TEST(pointer_of(agent_thinking{"a", 1, "\xff", std::nullopt}) == "/reasoning");
    BOOST_TEST(pointer_of(tool_executing{"a", "t", "x", {"[]"}, std::nullopt}) == "/arguments");
    BOOST_TEST(pointer_of(tool_executing{"a", "t", "x", {""}, std::nullopt}) == "/arguments");
    BOOST_TEST(pointer_of(text_delta{"a", "m", ""}) == "/delta");
    BOOST_TEST(pointer_of(progress_update{"x", 101}) == "/percent");
    BOOST_TEST(
        pointer_of(agent_started{"a", "m", {std::nullopt, {"\xff"}, 0}}) == "/context/tools/0"
    );
    BOOST_TEST(pointer_of(custom{"n", {std::string(20000, '1')}}) == "/data");
    const tool_completed
        both{"a", "t", "x", tool_outcome::ok, json_text{"1"}, "e", 0, std::nullopt};
    BOOST_TEST(pointer_of(both) == "/result");
    const tool_completed
        none{"a", "t", "x", tool_outcome::ok, std::nullopt, std::nullopt, 0, std::nullopt};
    BOOST_TEST(pointer_of(none) == "/result");
}

BOOST_AUTO_TEST_CASE(an_event_frame_has_the_members_of_the_contract_in_their_place) {
    event committed;
    committed.type = event_type::text_delta;
    committed.seq = 42;
    committed.timestamp_ms = 1790000000123;
    committed.run_id = "r_1";
    committed.payload_json = R"({"delta":"x"})";
    BOOST_TEST(
        to_frame(committed, "t1", "e_1", delivery::live) ==
        R"({"type":"text_delta","thread_id":"t1","run_id":"r_1","epoch":"e_1","seq":42,)"
        R"("timestamp":1790000000123,"critical":false,"payload":{"delta":"x"}})"
    );
    BOOST_TEST(to_frame(committed, "t1", "e_1", delivery::replay).ends_with(R"("replay":true})"));
}

BOOST_AUTO_TEST_CASE(a_string_is_escaped_as_json_asks_and_measured_right) {
    std::string all;
    for (int byte = 0; byte < 128; ++byte)
        all += static_cast<char>(byte);
    std::string out;
    append_json_string(out, all);
    BOOST_TEST(out.size() == json_string_bytes(all));
    BOOST_TEST(std::string(boost::json::parse(out).as_string()) == all);
}

// The search for what must be escaped looks at eight bytes at a time.
BOOST_AUTO_TEST_CASE(a_byte_is_escaped_wherever_it_stands) {
    constexpr std::string_view euro = "\xe2\x82\xac";
    for (std::size_t before = 0; before < 18; ++before)
        for (int byte = 0; byte < 128; ++byte) {
            std::string text(before, '!');
            text += static_cast<char>(byte);
            text += euro;
            std::string out;
            append_json_string(out, text);
            const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
            BOOST_REQUIRE((out.size() == text.size() + 2) == plain);
            BOOST_REQUIRE(std::string(boost::json::parse(out).as_string()) == text);
        }
}

BOOST_AUTO_TEST_SUITE_END()
