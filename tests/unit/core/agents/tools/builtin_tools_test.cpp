#include "core/agents/tools/builtin_tools.hpp"

#include "core/agents/tools/tool_results.hpp"
#include "core/protocol/json_reader.hpp"
#include "tests/unit/core/agents/dispatcher_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

namespace clarion::agents::test {

namespace {

boost::json::object object_of(const tool_ending& ending) {
    BOOST_REQUIRE_MESSAGE(ending.result, ending.error.value_or("no result"));
    return boost::json::parse(ending.result->text).as_object();
}

tool_ending call(
    std::unique_ptr<tool> made,
    const boost::json::object& arguments,
    support::recorded_run_options with = {}
) {
    dispatcher_fixture f(std::move(with));
    const std::string name = made->spec().name;
    f.add(std::move(made));
    return f.call(name, boost::json::serialize(arguments));
}

tool_ending calculate(const char* expression) {
    return call(tools::make_calculator(), {{"expression", expression}});
}

boost::json::object counts_of(const char* text) {
    return object_of(call(tools::make_text_stats(), {{"text", text}}));
}

support::recorded_run_options after_three_messages() {
    support::recorded_run_options with;
    with.history = std::make_shared<support::memory_history>(std::vector<ports::past_message>{
        {2, ports::author::user, "I saw a Blue Whale", 1000},
        {7, ports::author::assistant, "Whales are mammals.\nThe blue whale is one.", 2000},
        {11, ports::author::user, "And ants?", 3000},
    });
    return with;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(builtin_tools)

BOOST_AUTO_TEST_CASE(calculator_answers_with_a_number_and_its_text) {
    BOOST_TEST(
        calculate("(17+3)*2.5").result.value().text ==
        R"({"expression":"(17+3)*2.5","value":50,"text":"50"})"
    );
    BOOST_TEST(
        calculate("0.1+0.2").result.value().text ==
        R"({"expression":"0.1+0.2","value":0.3,"text":"0.3"})"
    );
    BOOST_TEST(object_of(calculate("2^200")).at("value").is_number());
    BOOST_TEST(object_of(calculate("0-0")).at("text").as_string() == "0");
}

BOOST_AUTO_TEST_CASE(calculator_names_what_it_cannot_compute) {
    const tool_ending ending = calculate("1/0");
    BOOST_TEST((ending.outcome == protocol::tool_outcome::error));
    BOOST_TEST(ending.error.value().find("zero") != std::string::npos);
    BOOST_TEST(calculate("").error.value() == "argument /expression must have at least 1 byte");
}

BOOST_AUTO_TEST_CASE(clock_reads_the_schedulers_time_in_utc) {
    dispatcher_fixture f;
    f.add(tools::make_clock());
    // The virtual clock stood at 1 s past 1,790,000,000 when the world began.
    BOOST_TEST(
        f.call("clock").result.value().text ==
        R"({"utc":"2026-09-21T14:13:21.000Z","date":"2026-09-21","time":"14:13:21",)"
        R"("weekday":"Monday","unix_ms":1790000001000})"
    );
    f.run.world().run_for(milliseconds(86'400'000 - 51'201'000 + 7));
    const auto later = object_of(f.call("clock"));
    BOOST_TEST(later.at("utc").as_string() == "2026-09-22T00:00:00.007Z");
    BOOST_TEST(later.at("weekday").as_string() == "Tuesday");
}

BOOST_AUTO_TEST_CASE(search_thread_finds_earlier_messages_whatever_their_case) {
    const tool_ending ending =
        call(tools::make_search_thread(), {{"query", "blue whale"}}, after_three_messages());
    BOOST_TEST(
        ending.result.value().text ==
        R"({"query":"blue whale","hits":[)"
        R"({"seq":2,"author":"user","excerpt":"I saw a Blue Whale","timestamp":1000},)"
        R"({"seq":7,"author":"assistant",)"
        R"("excerpt":"Whales are mammals. The blue whale is one.","timestamp":2000}]})"
    );
}

BOOST_AUTO_TEST_CASE(search_thread_keeps_the_newest_within_its_limit) {
    const auto hits = object_of(call(
                                    tools::make_search_thread(),
                                    {{"query", "a"}, {"limit", 1}},
                                    after_three_messages()
                                ))
                          .at("hits")
                          .as_array();
    BOOST_REQUIRE(hits.size() == 1U);
    BOOST_TEST(hits[0].at("seq").as_int64() == 11);
}

BOOST_AUTO_TEST_CASE(search_thread_without_a_hit_has_none_and_shows_long_ones_around_the_place) {
    const auto none =
        object_of(call(tools::make_search_thread(), {{"query", "zebra"}}, after_three_messages()));
    BOOST_TEST(none.at("hits").as_array().empty());

    support::recorded_run_options with;
    const std::string text =
        std::string(20000, 'x') + " the Zebra is here " + std::string(9000, 'y');
    with.history = std::make_shared<support::memory_history>(
        std::vector<ports::past_message>{{2, ports::author::user, text, 1}}
    );
    const auto found = object_of(call(tools::make_search_thread(), {{"query", "zebra"}}, with));
    const boost::json::string& shown = found.at("hits").as_array().at(0).at("excerpt").as_string();
    BOOST_TEST(shown.size() < 260U);
    BOOST_TEST((shown.find("the Zebra is here") != boost::json::string::npos));
}

namespace {

class broken_history final : public ports::history {
public:
    task<ports::history_result> search(std::string, std::size_t) override {
        co_return ports::history_result(ports::history_unavailable{"the disk is gone"});
    }
    task<ports::history_result> newest(std::size_t) override {
        co_return ports::history_result(ports::history_unavailable{"the disk is gone"});
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(search_thread_says_why_the_history_cannot_be_read) {
    support::recorded_run_options with;
    with.history = std::make_shared<broken_history>();
    const tool_ending unreadable = call(tools::make_search_thread(), {{"query", "a"}}, with);
    BOOST_TEST(
        unreadable.error.value() == "the history of this thread cannot be read: the disk is gone"
    );
    with.history = nullptr;
    const tool_ending missing = call(tools::make_search_thread(), {{"query", "a"}}, with);
    BOOST_TEST(missing.error.value() == "the run has no history");
}

BOOST_AUTO_TEST_CASE(text_stats_counts) {
    const auto expect = [](const char* text, std::array<int, 5> numbers) {
        BOOST_TEST_CONTEXT(text) {
            const auto counts = counts_of(text);
            const std::array<const char*, 5>
                names{"characters", "bytes", "words", "lines", "sentences"};
            for (std::size_t index = 0; index < names.size(); ++index)
                BOOST_TEST(counts.at(names[index]).as_int64() == numbers[index], names[index]);
        }
    };
    expect("", {0, 0, 0, 0, 0});
    expect("hello", {5, 5, 1, 1, 1});
    expect("Hello there. Who's 3.14? \"Me!\" he said", {38, 38, 7, 1, 4});
    expect("Wait... what?! Yes…", {19, 21, 3, 1, 3});
    expect("a\nb\n", {4, 4, 2, 2, 1});
    expect("a\n\nb", {4, 4, 2, 3, 1});
    expect(" \t\n", {3, 3, 0, 1, 0});
    expect("z\u00E4hlt \u20AC und \U0001F600", {13, 19, 4, 1, 1});
    expect("no\u00A0break\u3000space", {14, 17, 3, 1, 1});
}

BOOST_AUTO_TEST_CASE(every_tool_has_a_schema_of_exactly_its_arguments) {
    const std::map<std::string, std::vector<std::string>> arguments{
        {"calculator", {"expression"}},
        {"clock", {}},
        {"search_thread", {"query", "limit"}},
        {"text_stats", {"text"}},
    };
    tool_registry registry;
    tools::add_builtin_tools(registry);
    for (const auto& [name, expected] : arguments) {
        BOOST_TEST_CONTEXT(name) {
            const tool* found = registry.find(name);
            BOOST_REQUIRE(found != nullptr);
            BOOST_TEST(found->spec().name == name);
            BOOST_TEST(!found->spec().description.empty());
            const auto schema = boost::json::parse(found->spec().parameters.text).as_object();
            BOOST_TEST(schema.at("type").as_string() == "object");
            std::vector<std::string> properties;
            for (const auto& property : schema.at("properties").as_object())
                properties.emplace_back(property.key());
            BOOST_TEST(properties == expected, boost::test_tools::per_element());
        }
    }
    BOOST_TEST((registry.find("nothing") == nullptr));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
