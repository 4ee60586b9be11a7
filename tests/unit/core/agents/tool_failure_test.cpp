#include "tests/unit/core/agents/dispatcher_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

// Wrong calls and broken tools: the pair is committed, the error names it, the run goes on.
namespace clarion::agents::test {

using protocol::tool_outcome;

namespace {

task<tool_result> throw_runtime_error(std::string text) {
    throw std::runtime_error(text);
    co_return value_of("null");
}

task<tool_result> throw_number() {
    throw 42;  // what no tool should do
    co_return value_of("null");
}

task<tool_result> throw_aborted() {
    throw boost::system::system_error(asio::error::operation_aborted);
    co_return value_of("null");
}

task<tool_result> answer_with(tool_result result) {
    co_return std::move(result);
}

support::scripted_tool::script throwing(std::string text) {
    return [text](engine::request_scope_ptr, boost::json::object) {
        return throw_runtime_error(text);
    };
}

support::scripted_tool::script answering(tool_result result) {
    return [result](engine::request_scope_ptr, boost::json::object) {
        return answer_with(result);
    };
}

/// The one call of a run as committed: a pair, and a run that can go on and complete.
protocol::tool_completed only_pair(dispatcher_fixture& f) {
    BOOST_REQUIRE(f.executing().size() == 1U);
    BOOST_REQUIRE(f.completed().size() == 1U);
    BOOST_TEST(f.executing()[0].tool_call_id == f.completed()[0].tool_call_id);
    BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
    return f.completed()[0];
}

std::string error_of(dispatcher_fixture& f) {
    const auto completed = only_pair(f);
    BOOST_TEST((completed.outcome == tool_outcome::error));
    BOOST_TEST(!completed.result);
    return completed.error.value();
}

std::string error_of_tool(support::scripted_tool::script work) {
    dispatcher_fixture f;
    f.add("broken", std::move(work));
    const tool_ending ending = f.call("broken");
    const std::string error = error_of(f);
    BOOST_TEST(ending.error.value() == error);
    f.run.world().run_for(duration(0));
    BOOST_TEST(f.run.calls().size() == 0U);
    return error;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_failure_)

BOOST_AUTO_TEST_CASE(what_a_tool_throws_is_its_error) {
    BOOST_TEST(error_of_tool(throwing("no such file")) == "no such file");
    BOOST_TEST(error_of_tool(throwing("")) == "the tool failed without saying why");
    BOOST_TEST(error_of_tool([](engine::request_scope_ptr, boost::json::object) {
                   return throw_number();
               }) == "the tool threw something that is not an exception");
}

BOOST_AUTO_TEST_CASE(a_tool_that_throws_before_it_is_a_coroutine_is_caught_too) {
    const auto thrower = [](engine::request_scope_ptr, boost::json::object) -> task<tool_result> {
        throw std::invalid_argument("thrown at once");
    };
    BOOST_TEST(error_of_tool(thrower) == "thrown at once");
}

BOOST_AUTO_TEST_CASE(an_abort_that_nobody_asked_for_is_an_error_like_any_other) {
    const auto thrower = [](engine::request_scope_ptr, boost::json::object) {
        return throw_aborted();
    };
    BOOST_TEST(error_of_tool(thrower) != "the call was cancelled");
}

BOOST_AUTO_TEST_CASE(the_text_of_an_error_is_made_legal_and_a_cut_is_said) {
    BOOST_TEST(error_of_tool(throwing("caf\xC3")) == "caf… (cut from 4 bytes)");
    const std::string cut = error_of_tool(throwing(std::string(10000, 'x')));
    BOOST_TEST(cut == std::string(4096, 'x') + "… (cut from 10000 bytes)");
}

BOOST_AUTO_TEST_CASE(a_result_may_have_64_KiB_and_no_byte_more) {
    const std::string fits = '"' + std::string(65534, 'x') + '"';
    dispatcher_fixture f;
    f.add("large", answering(value_of(fits)));
    BOOST_TEST(f.call("large").result.value().text == fits);
    BOOST_TEST(
        error_of_tool(answering(value_of('"' + std::string(65535, 'x') + '"'))) ==
        "the result is too large (65537 bytes)"
    );
}

BOOST_AUTO_TEST_CASE(a_result_that_is_not_JSON_is_an_error) {
    for (const char* text : {"", "{", "nope", "1 2", "\"\xFF\""})
        BOOST_TEST(error_of_tool(answering(value_of(text))) == "the result is not JSON");
}

BOOST_AUTO_TEST_CASE(arguments_that_are_no_object_are_committed_as_an_empty_one_with_an_error) {
    const std::vector<std::string>
        wrong{"nonsense", "[1]", "3", "null", "{\"a\":", "{} {}", "{\"a\":\"\xFF\"}"};
    for (const std::string& text : wrong) {
        BOOST_TEST_CONTEXT(text) {
            dispatcher_fixture f;
            f.add(tools::make_clock());
            f.call("clock", text);
            BOOST_TEST(error_of(f) == "arguments are not a JSON object");
            BOOST_TEST(f.executing()[0].arguments.text == "{}");
        }
    }
}

BOOST_AUTO_TEST_CASE(blank_arguments_are_none_and_blanks_around_an_object_do_not_matter) {
    for (const char* text : {"", "  \n", "{}", "\n {} \t"}) {
        dispatcher_fixture f;
        f.add(tools::make_clock());
        BOOST_TEST((f.call("clock", text).outcome == tool_outcome::ok));
        BOOST_TEST(f.executing()[0].arguments.text == "{}");
    }
    dispatcher_fixture f;
    f.add(tools::make_text_stats());
    BOOST_TEST((f.call("text_stats", " {\"text\": \"as  sent\"}\n").outcome == tool_outcome::ok));
    const std::string& committed = f.run.sink().events().at(1).payload_json;
    BOOST_TEST(committed.find("\"arguments\":{\"text\": \"as  sent\"}}") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(arguments_beyond_their_bound_are_refused_by_name) {
    dispatcher_fixture f;
    f.add(tools::make_text_stats());
    const std::string fits = "{\"text\":\"" + std::string(262144 - 11, 'x') + "\"}";
    BOOST_TEST((f.call("text_stats", fits).outcome == tool_outcome::ok));
    dispatcher_fixture g;
    g.add(tools::make_text_stats());
    g.call("text_stats", "{\"text\":\"" + std::string(262144 - 10, 'x') + "\"}");
    BOOST_TEST(error_of(g) == "the arguments are too large (262145 bytes)");
}

BOOST_AUTO_TEST_CASE(a_wrong_argument_is_named_by_its_pointer) {
    dispatcher_fixture f;
    f.add(tools::make_search_thread());
    BOOST_TEST(f.call("search_thread").error.value() == "argument /query is required");
    BOOST_TEST(
        f.call("search_thread", R"({"query":7})").error.value() ==
        "argument /query must be a string"
    );
    BOOST_TEST(
        f.call("search_thread", R"({"query":"a","limit":21})").error.value() ==
        "argument /limit must be at most 20"
    );
    BOOST_TEST((f.call("search_thread", R"({"query":"a","more":1})").outcome == tool_outcome::ok));
}

BOOST_AUTO_TEST_CASE(an_unknown_tool_is_a_pair_with_an_error) {
    dispatcher_fixture f;
    f.call("teleport", R"({"to":"Mars"})");
    BOOST_TEST(error_of(f) == "there is no tool named teleport");
    BOOST_TEST(f.executing()[0].tool_name == "teleport");
    BOOST_TEST(f.executing()[0].arguments.text == R"({"to":"Mars"})");
}

BOOST_AUTO_TEST_CASE(a_tool_that_is_not_the_agents_own_is_unknown_to_it) {
    dispatcher_fixture f;
    f.tools.add(tools::make_clock());
    f.call("clock");
    BOOST_TEST(error_of(f) == "there is no tool named clock");
}

BOOST_AUTO_TEST_CASE(a_name_that_cannot_stand_in_an_event_gets_a_stand_in) {
    for (const std::string& name : {std::string(), std::string(257, 'n'), std::string("\xFF")}) {
        dispatcher_fixture f;
        f.call(name);
        BOOST_TEST(error_of(f) == "there is no tool named (unreadable name)");
        BOOST_TEST(f.executing()[0].tool_name == "(unreadable name)");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
