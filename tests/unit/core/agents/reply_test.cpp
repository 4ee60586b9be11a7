#include "core/agents/reply.hpp"

#include "tests/support/recorded_run.hpp"

#include <boost/test/unit_test.hpp>

namespace clarion::agents::test {

namespace {

/// Every delta on its own, so that a test sees what was written when.
support::recorded_run_options without_window() {
    support::recorded_run_options with;
    with.journal.delta_window = duration(0);
    return with;
}

struct written {
    std::vector<std::string> pieces;
    std::string message_id;
    std::size_t refusals = 0;
    bool finish = true;
};

task<> write_all(engine::bridge& bridge, written& what) {
    reply message(bridge, "demo");
    what.message_id = message.message_id();
    for (const std::string& piece : what.pieces) {
        const engine::delta_verdict verdict = co_await message.write(piece);
        what.refusals += std::holds_alternative<engine::refusal>(verdict);
        co_await asio::post(co_await asio::this_coro::executor, use_task);
        co_await asio::post(co_await asio::this_coro::executor, use_task);
    }
    if (!what.finish)
        co_return;
    const engine::emit_verdict verdict = co_await message.finish();
    what.refusals += std::holds_alternative<engine::refusal>(verdict);
}

written write(support::recorded_run& run, std::vector<std::string> pieces) {
    written what;
    what.pieces = std::move(pieces);
    run.run(write_all(run.bridge(), what));
    return what;
}

std::vector<std::string> deltas_of(const support::recorded_run& run) {
    std::vector<std::string> texts;
    for (const auto& delta : run.all<protocol::text_delta>())
        texts.push_back(delta.delta);
    return texts;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reply_)

BOOST_AUTO_TEST_CASE(the_message_is_exactly_what_its_deltas_said) {
    support::recorded_run run(without_window());
    const written what = write(run, {"Hello", " ", "w\u00F6rld", "!"});
    const std::vector<std::string> expected{"Hello", " ", "w\u00F6rld", "!"};
    BOOST_TEST(deltas_of(run) == expected, boost::test_tools::per_element());
    const auto message = run.all<protocol::assistant_message>().at(0);
    BOOST_TEST(message.text == "Hello w\u00F6rld!");
    BOOST_TEST(message.agent_name == "demo");
    BOOST_TEST(message.message_id == what.message_id);
    BOOST_TEST(what.message_id.starts_with("m_"));
    BOOST_TEST(run.all<protocol::text_delta>().at(3).message_id == what.message_id);
    BOOST_TEST(what.refusals == 0U);
}

BOOST_AUTO_TEST_CASE(a_character_cut_between_pieces_is_shown_when_it_is_whole) {
    support::recorded_run run(without_window());
    const written what = write(run, {"a\xF0\x9F", "\x98", "\x80z\xE2", "\x82\xAC", "\xC3", "\xA4"});
    const std::vector<std::string> expected{"a", "\U0001F600z", "\u20AC", "\u00E4"};
    BOOST_TEST(deltas_of(run) == expected, boost::test_tools::per_element());
    BOOST_TEST(run.all<protocol::assistant_message>().at(0).text == "a\U0001F600z\u20AC\u00E4");
    BOOST_TEST(what.refusals == 0U);
}

BOOST_AUTO_TEST_CASE(empty_pieces_make_no_delta_and_no_text_makes_an_empty_message) {
    support::recorded_run run(without_window());
    write(run, {"", ""});
    BOOST_TEST(deltas_of(run).empty());
    BOOST_TEST(run.all<protocol::assistant_message>().at(0).text.empty());
    write(run, {"", "a", ""});
    BOOST_TEST(deltas_of(run).size() == 1U);
}

BOOST_AUTO_TEST_CASE(two_messages_have_two_ids) {
    support::recorded_run run(without_window());
    BOOST_TEST(write(run, {"a"}).message_id != write(run, {"a"}).message_id);
    BOOST_TEST(run.all<protocol::assistant_message>().size() == 2U);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_refused_and_not_replaced) {
    support::recorded_run whole(without_window());
    BOOST_TEST(write(whole, {"a", "b\xFFz"}).refusals == 2U);
    BOOST_TEST((whole.journal().refused()->why == engine::refusal::cause::invalid_event));

    support::recorded_run torn(without_window());
    BOOST_TEST(write(torn, {"a\xE2\x82"}).refusals == 1U);
    BOOST_TEST((torn.journal().refused()->why == engine::refusal::cause::invalid_event));
    BOOST_TEST(torn.all<protocol::assistant_message>().empty());
}

BOOST_AUTO_TEST_CASE(an_unfinished_message_is_closed_by_the_runs_closer) {
    support::recorded_run run(without_window());
    written what;
    what.pieces = {"half an", " ans"};
    what.finish = false;
    run.run(write_all(run.bridge(), what));
    run.close(engine::run_cancelled{});
    BOOST_TEST(run.all<protocol::assistant_message>().at(0).text == "half an ans");
}

BOOST_AUTO_TEST_CASE(the_begun_sequence_at_the_end_of_a_text_is_found) {
    const std::vector<std::pair<std::string, std::size_t>> table{
        {"", 0},
        {"a", 0},
        {"\u00E4", 0},
        {"\xC3", 1},
        {"a\xE2", 1},
        {"a\xE2\x82", 2},
        {"\xF0\x9F\x98", 3},
        {"\U0001F600", 0},
        {"\u20AC", 0},
        {"\x80", 0},
        {"\x80\x80\x80\x80", 0},
        {"\xFF", 1},
    };
    for (const auto& [text, bytes] : table)
        BOOST_TEST(begun_sequence_bytes(text) == bytes, "of " << text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
