#include "core/protocol/client_frames.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <variant>
#include <vector>

namespace {

using namespace clarion::protocol;

struct row {
    std::string text;
    std::string code;    // of the refusal; empty: accepted
    std::string detail;  // its JSON Pointer, or the unknown type
};

std::vector<row> rows() {
    const std::string id129(129, 'x');
    const std::string message = R"({"type":"message","thread_id":"t","message_id":"m","text":"x")";
    return {
        {"", "bad_request", ""},
        {"{", "bad_request", ""},
        {"[]", "bad_request", ""},
        {"\"x\"", "bad_request", ""},
        {R"({"type":"ping"} x)", "bad_request", ""},
        {R"({"type":"ping","x":"\ud800"})", "bad_request", ""},
        {"{}", "bad_request", "/type"},
        {R"({"type":1})", "bad_request", "/type"},
        {R"({"type":"nonsense"})", "unknown_type", "nonsense"},
        {R"({"type":"ping"})", "", ""},
        {R"({"type":"ping","id":""})", "bad_request", "/id"},
        {R"({"type":"ping","id":7})", "bad_request", "/id"},
        {R"({"type":"ping","id":")" + id129 + "\"}", "bad_request", "/id"},
        {R"({"type":"ping","id":null})", "", ""},
        {R"({"type":"ping","unknown":{"deep":[1]}})", "", ""},
        {R"({"type":"hello"})", "", ""},
        {R"({"type":"hello","token":null,"client":{"name":"x","version":null}})", "", ""},
        {R"({"type":"hello","client":"x"})", "bad_request", "/client"},
        {R"({"type":"hello","client":{"name":1}})", "bad_request", "/client/name"},
        {message + "}", "", ""},
        {message + R"(,"metadata":{"a":1},"agent":"demo","on_busy":"rollback"})", "", ""},
        {message + R"(,"metadata":[]})", "bad_request", "/metadata"},
        {message + R"(,"metadata":{"a":")" + std::string(4096, 'x') + "\"}}",
         "bad_request",
         "/metadata"},
        {message + R"(,"on_busy":"wait"})", "bad_request", "/on_busy"},
        {message + R"(,"agent":""})", "bad_request", "/agent"},
        {R"({"type":"message","message_id":"m","text":"x"})", "bad_request", "/thread_id"},
        {R"({"type":"message","thread_id":"a b","message_id":"m","text":"x"})",
         "bad_request",
         "/thread_id"},
        {R"({"type":"message","thread_id":")" + id129 + R"(","message_id":"m","text":"x"})",
         "bad_request",
         "/thread_id"},
        {R"({"type":"message","thread_id":"t","text":"x"})", "bad_request", "/message_id"},
        {R"({"type":"message","thread_id":"t","message_id":"","text":"x"})",
         "bad_request",
         "/message_id"},
        {R"({"type":"message","thread_id":"t","message_id":"m"})", "bad_request", "/text"},
        {R"({"type":"message","thread_id":"t","message_id":"m","text":""})", "bad_request", "/text"
        },
        {R"({"type":"message","thread_id":"t","message_id":"m","text":null})",
         "bad_request",
         "/text"},
        {R"({"type":"subscribe","thread_id":"t"})", "", ""},
        {R"({"type":"subscribe","thread_id":"t","since":{"epoch":"","seq":0}})", "", ""},
        {R"({"type":"subscribe","thread_id":"t","since":{"epoch":"","seq":-1}})",
         "bad_request",
         "/since/seq"},
        {R"({"type":"subscribe","thread_id":"t","since":{"epoch":"","seq":1.5}})",
         "bad_request",
         "/since/seq"},
        {R"({"type":"subscribe","thread_id":"t","since":{"epoch":"","seq":1e300}})",
         "bad_request",
         "/since/seq"},
        {R"({"type":"subscribe","thread_id":"t","since":{"seq":1}})", "bad_request", "/since/epoch"
        },
        {R"({"type":"cancel","thread_id":"t","run_id":"r"})", "", ""},
        {R"({"type":"cancel","thread_id":"t","message_id":"m"})", "", ""},
        {R"({"type":"cancel","thread_id":"t"})", "bad_request", "/run_id"},
        {R"({"type":"cancel","run_id":"r"})", "bad_request", "/thread_id"},
        {R"({"type":"unsubscribe"})", "bad_request", "/thread_id"},
        {R"({"type":"ack","thread_id":"t","seq":0})", "", ""},
        {R"({"type":"ack","thread_id":"t"})", "bad_request", "/seq"},
        {R"({"type":"ack","thread_id":"t","seq":-1})", "bad_request", "/seq"},
        {R"({"type":"ack","seq":1})", "bad_request", "/thread_id"},
        {R"({"type":"threads"})", "", ""},
        {R"({"type":"threads","limit":1000,"before":"x"})", "", ""},
        {R"({"type":"threads","limit":null,"before":null})", "", ""},
        {R"({"type":"threads","limit":0})", "bad_request", "/limit"},
        {R"({"type":"threads","limit":1001})", "bad_request", "/limit"},
        {R"({"type":"threads","before":1})", "bad_request", "/before"},
        {R"({"type":"threads","before":""})", "bad_request", "/before"},
        {R"({"type":"threads","before":")" + std::string(257, 'x') + "\"}", "bad_request", "/before"
        },
        {R"({"type":"history","thread_id":"t"})", "", ""},
        {R"({"type":"history","thread_id":"t","before_seq":1,"after_seq":0,"limit":1})", "", ""},
        {R"({"type":"history"})", "bad_request", "/thread_id"},
        {R"({"type":"history","thread_id":"t","before_seq":0})", "bad_request", "/before_seq"},
        {R"({"type":"history","thread_id":"t","after_seq":-1})", "bad_request", "/after_seq"},
        {R"({"type":"history","thread_id":"t","limit":1001})", "bad_request", "/limit"},
        {R"({"type":"delete_thread","thread_id":"t"})", "", ""},
        {R"({"type":"delete_thread"})", "bad_request", "/thread_id"},
        {R"({"type":"refresh","token":"","id":"r"})", "", ""},
        {R"({"type":"refresh"})", "bad_request", "/token"},
        {R"({"type":"refresh","token":null})", "bad_request", "/token"},
        {R"({"type":"refresh","token":7})", "bad_request", "/token"},
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(client_frames)

BOOST_AUTO_TEST_CASE(each_frame_is_read_or_refused_by_the_field_that_is_wrong) {
    for (const row& one : rows()) {
        BOOST_TEST_CONTEXT(one.text.substr(0, 120)) {
            const auto parsed = client::parse_frame(one.text);
            const auto* refused = std::get_if<client::refused_frame>(&parsed);
            BOOST_TEST((refused == nullptr) == one.code.empty());
            if (refused != nullptr) {
                BOOST_TEST(name_of(refused->answer.code) == one.code);
                BOOST_TEST(refused->answer.detail.value_or("") == one.detail);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_repeats_the_id_when_there_is_a_good_one) {
    const auto parsed = client::parse_frame(R"({"type":"nonsense","id":"7"})");
    BOOST_TEST(std::get<client::refused_frame>(parsed).id.value() == "7");
}

BOOST_AUTO_TEST_CASE(an_unknown_type_is_quoted_in_whole_characters) {
    const std::string type = std::string(127, 'x') + "\xC3\xA9";
    const auto parsed = client::parse_frame(R"({"type":")" + type + "\"}");
    const auto& answer = std::get<client::refused_frame>(parsed).answer;
    BOOST_TEST(answer.detail.value() == std::string(127, 'x'));
}

BOOST_AUTO_TEST_CASE(nesting_beyond_reason_is_refused_and_not_recursed_into) {
    const std::string deep(100000, '[');
    const auto parsed = client::parse_frame(R"({"type":"ping","x":)" + deep);
    BOOST_TEST(std::holds_alternative<client::refused_frame>(parsed));
}

BOOST_AUTO_TEST_SUITE_END()
