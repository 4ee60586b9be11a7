#include "core/failure/codes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

using clarion::failure::all_codes;
using clarion::failure::code;
using clarion::failure::code_class;
using clarion::failure::code_traits;
using clarion::failure::codes_count;
using clarion::failure::severity;
using clarion::failure::traits_of;
using clarion::protocol::close_code;

namespace {

bool is_snake_case(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

bool is_a_sentence(std::string_view text) {
    return text.size() > 20 && text.front() >= 'A' && text.front() <= 'Z' && text.back() == '.';
}

}  // namespace

BOOST_AUTO_TEST_SUITE(failure_codes)

BOOST_AUTO_TEST_CASE(each_code_finds_its_own_row) {
    for (std::size_t index = 0; index < codes_count; ++index)
        BOOST_TEST((traits_of(static_cast<code>(index)).what == static_cast<code>(index)));
    BOOST_TEST(traits_of(code::leak_blocked).name == "leak_blocked");
    BOOST_TEST(traits_of(code::config_reload_failed).name == "config_reload_failed");
}

BOOST_AUTO_TEST_CASE(each_row_has_a_name_of_its_own_and_two_sentences) {
    std::set<std::string_view> names;
    for (const code_traits& row : all_codes()) {
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_TEST(is_snake_case(row.name));
            BOOST_TEST(names.insert(row.name).second);
            BOOST_TEST(is_a_sentence(row.impact));
            BOOST_TEST(is_a_sentence(row.remedy));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_severities_that_the_protocol_fixes_hold) {
    for (const code critical :
         {code::internal_session,
          code::engine_unavailable,
          code::invalid_event,
          code::leak_blocked,
          code::config_reload_failed})
        BOOST_TEST_CONTEXT(traits_of(critical).name)
    BOOST_TEST((traits_of(critical).how == severity::critical));
}

BOOST_AUTO_TEST_CASE(security_failures_are_of_the_security_class) {
    for (const code concerned : {code::leak_blocked, code::unauthorized, code::handshake_refused})
        BOOST_TEST_CONTEXT(traits_of(concerned).name)
    BOOST_TEST((traits_of(concerned).of == code_class::security));
}

BOOST_AUTO_TEST_CASE(a_code_that_ends_a_connection_names_the_close_code_of_the_protocol) {
    BOOST_TEST((traits_of(code::internal_session).closes_with == close_code::internal_error));
    BOOST_TEST((traits_of(code::slow_consumer).closes_with == close_code::slow_consumer));
    BOOST_TEST((traits_of(code::unauthorized).closes_with == close_code::unauthorized));
    BOOST_TEST((traits_of(code::handshake_timeout).closes_with == close_code::handshake_timeout));
    BOOST_TEST((traits_of(code::hold_overflow).closes_with == close_code::protocol_error));
    BOOST_TEST((traits_of(code::too_many_bad_frames).closes_with == close_code::protocol_error));
    BOOST_TEST((traits_of(code::leak_blocked).closes_with == close_code::leak_guard));
    BOOST_TEST(!traits_of(code::tool_failed).closes_with.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
