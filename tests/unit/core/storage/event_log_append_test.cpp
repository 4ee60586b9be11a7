#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;
using protocol::run_state;
using seqs = std::vector<std::int64_t>;

namespace {

template <class Expected>
Expected got(append_verdict verdict) {
    BOOST_REQUIRE_MESSAGE(std::holds_alternative<Expected>(verdict), verdict.index());
    return std::get<Expected>(std::move(verdict));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_append)

BOOST_AUTO_TEST_CASE_TEMPLATE(the_first_append_makes_the_thread, store, stores) {
    store at;
    BOOST_TEST(!at.ask.open(ada()));
    append_request first = texts_behind(0, {"one", "two"});
    first.now_ms = 1234;
    BOOST_TEST(got<committed>(at.ask.append(first)).last_seq == 2);

    const std::optional<thread_row> row = at.ask.open(ada());
    BOOST_REQUIRE(row);
    BOOST_TEST(row->epoch == "e_1");
    BOOST_TEST(row->first_seq == 1);
    BOOST_TEST(row->last_seq == 2);
    BOOST_TEST(row->messages == 0);
    BOOST_TEST(row->updated_ms == 1234);
    BOOST_TEST(row->open_runs.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_event_comes_back_byte_for_byte, store, stores) {
    store at;
    append_request request = texts_behind(0, {});
    request.key = {"ada:1.x-y", "émile's \xF0\x9F\x98\x80"};
    const std::string odd("{\"delta\":\"\\u0000 \xE2\x82\xAC\"}\0tail", 27);
    request.events.push_back({protocol::event_type::tool_completed, 99, -5, "r_\xC3\xA9", odd});
    at.ask.commit(request);
    const std::vector<protocol::event> events = at.ask.events_of(request.key);
    BOOST_REQUIRE_EQUAL(events.size(), 1U);
    BOOST_TEST((events[0].type == protocol::event_type::tool_completed));
    BOOST_TEST(events[0].seq == 1);  // assigned by the log, whatever stood there
    BOOST_TEST(events[0].timestamp_ms == -5);
    BOOST_TEST(events[0].run_id == "r_\xC3\xA9");
    BOOST_TEST(events[0].payload_json == odd);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(every_event_type_comes_back_as_itself, store, stores) {
    store at;
    append_request request = texts_behind(0, {});
    for (std::size_t i = 0; i < protocol::event_types_count; ++i) {
        request.events.push_back(text_event(std::to_string(i)));
        request.events.back().type = static_cast<protocol::event_type>(i);
    }
    at.ask.commit(request);
    const std::vector<protocol::event> events = at.ask.events_of(ada());
    BOOST_REQUIRE_EQUAL(events.size(), protocol::event_types_count);
    for (std::size_t i = 0; i < events.size(); ++i)
        BOOST_TEST((events[i].type == request.events[i].type));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(appends_follow_each_other_without_a_gap, store, stores) {
    store at;
    BOOST_TEST(at.ask.commit(texts_behind(0, {"a"})) == 1);
    BOOST_TEST(at.ask.commit(texts_behind(1, {"b", "c"})) == 3);
    BOOST_TEST(at.ask.commit(texts_behind(3, {})) == 3);
    BOOST_TEST(at.ask.commit(texts_behind(3, {"d"})) == 4);
    const std::vector<protocol::event> events = at.ask.events_of(ada());
    BOOST_TEST(seqs_of(events) == (seqs{1, 2, 3, 4}), boost::test_tools::per_element());
    BOOST_TEST(events[3].payload_json == R"({"delta":"d"})");
    BOOST_TEST(at.ask.open(ada())->updated_ms == 1'790'000'000'003);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_position_is_refused_and_nothing_stored, store, stores) {
    store at;
    at.ask.commit(texts_behind(0, {"a", "b"}));
    for (const std::int64_t elsewhere : {0, 1, 3}) {
        append_request request = message_behind(elsewhere, "m_1", "r_1");
        request.now_ms = 5;
        const auto verdict = got<wrong_position>(at.ask.append(request));
        BOOST_TEST(verdict.epoch == "e_1");
        BOOST_TEST(verdict.seq == 2);
    }
    BOOST_TEST(at.ask.events_of(ada()).size() == 2U);
    BOOST_TEST(at.ask.open(ada())->updated_ms == 1'790'000'000'000);
    BOOST_TEST(at.ask.open(ada())->open_runs.empty());
    BOOST_TEST(!at.ask.find(ada(), {.message_id = "m_1", .run_id = {}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_epoch_is_another_position, store, stores) {
    store at;
    at.ask.commit(texts_behind(0, {"a"}));
    append_request request = texts_behind(1, {"b"});
    request.epoch = "e_2";
    BOOST_TEST(got<wrong_position>(at.ask.append(request)).epoch == "e_1");
    BOOST_TEST(at.ask.events_of(ada()).size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_thread_that_does_not_exist_has_no_position, store, stores) {
    store at;
    const auto verdict = got<wrong_position>(at.ask.append(texts_behind(7, {"a"})));
    BOOST_TEST(verdict.epoch.empty());
    BOOST_TEST(verdict.seq == 0);
    BOOST_TEST(!at.ask.open(ada()));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_commits_behind_a_refused_append, store, stores) {
    store at;
    const std::vector<append_verdict> verdicts = at.ask.append_together(
        {texts_behind(0, {"a"}),
         texts_behind(5, {"hole"}),
         texts_behind(6, {"behind"}),
         texts_behind(1, {"b"})}
    );
    BOOST_TEST(got<committed>(verdicts[0]).last_seq == 1);
    BOOST_TEST(got<wrong_position>(verdicts[1]).seq == 1);
    BOOST_TEST(got<wrong_position>(verdicts[2]).seq == 1);
    BOOST_TEST(got<committed>(verdicts[3]).last_seq == 2);
    BOOST_TEST(at.ask.events_of(ada())[1].payload_json == R"({"delta":"b"})");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_makes_its_run, store, stores) {
    store at;
    at.ask.commit(texts_behind(0, {"before"}));
    append_request request = message_behind(1, "m_1", "r_1");
    request.events.insert(request.events.begin(), text_event("ahead of it"));
    request.now_ms = 77;
    at.ask.commit(request);

    const std::optional<thread_row> row = at.ask.open(ada());
    BOOST_TEST(row->messages == 1);
    BOOST_REQUIRE_EQUAL(row->open_runs.size(), 1U);
    const open_run& run = row->open_runs[0];
    BOOST_TEST(run.run_id == "r_1");
    BOOST_TEST(run.message_id == "m_1");
    BOOST_TEST(run.agent == "demo");
    BOOST_TEST((run.state == run_state::running));
    BOOST_TEST(run.message_seq == 3);
    BOOST_TEST(run.created_ms == 77);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(
    a_known_message_answers_with_its_run_and_stores_nothing,
    store,
    stores
) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(state_behind(1, "r_1", run_state::finished));
    append_request again = message_behind(2, "m_1", "r_2");
    again.events.push_back(text_event("and more"));
    again.runs.push_back({"r_1", run_state::queued});
    const auto verdict = got<duplicate_message>(at.ask.append(again));
    BOOST_TEST(verdict.run_id == "r_1");
    BOOST_TEST(verdict.seq == 1);
    BOOST_TEST(verdict.content_digest == "digest of r_1");
    BOOST_TEST((verdict.state == run_state::finished));
    BOOST_TEST(at.ask.events_of(ada()).size() == 2U);
    BOOST_TEST(at.ask.open(ada())->messages == 1);
    BOOST_TEST(at.ask.open(ada())->open_runs.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_known_message_is_known_from_any_position, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    BOOST_TEST(got<duplicate_message>(at.ask.append(message_behind(9, "m_1", "r_2"))).seq == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_of_one_message_together_make_one_run, store, stores) {
    store at;
    const auto verdicts =
        at.ask.append_together({message_behind(0, "m_1", "r_1"), message_behind(1, "m_1", "r_2")});
    BOOST_TEST(got<committed>(verdicts[0]).last_seq == 1);
    BOOST_TEST(got<duplicate_message>(verdicts[1]).run_id == "r_1");
    BOOST_TEST(at.ask.open(ada())->open_runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_id_belongs_to_its_user_and_thread, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    at.ask.commit(message_behind(0, "m_1", "r_1", {"ada", "t2"}));
    at.ask.commit(message_behind(0, "m_1", "r_1", {"bob", "t1"}));
    append_request bob = state_behind(1, "r_1", run_state::finished);
    bob.key = {"bob", "t1"};
    at.ask.commit(bob);
    BOOST_TEST(at.ask.open(ada())->open_runs.size() == 1U);
    BOOST_TEST(at.ask.open({"ada", "t2"})->open_runs.size() == 1U);
    BOOST_TEST(at.ask.open({"bob", "t1"})->open_runs.empty());
    BOOST_TEST(at.ask.events_of(ada()).size() == 1U);
    BOOST_TEST(at.ask.events_of({"bob", "t1"}).size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(keys_do_not_run_into_each_other, store, stores) {
    store at;
    at.ask.commit(texts_behind(0, {"a"}, {"ab", "c"}));
    BOOST_TEST(!at.ask.open({"a", "bc"}));
    BOOST_TEST(!at.ask.open({"c", "ab"}));
    BOOST_TEST(!at.ask.open({"AB", "c"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_changes_with_the_events_that_say_so, store, stores) {
    store at;
    append_request request = message_behind(0, "m_1", "r_1");
    request.message->state = run_state::queued;
    at.ask.commit(request);
    BOOST_TEST((at.ask.open(ada())->open_runs[0].state == run_state::queued));
    std::int64_t seq = 1;
    for (const run_state state : {run_state::running, run_state::suspended, run_state::running}) {
        seq = at.ask.commit(state_behind(seq, "r_1", state));
        BOOST_TEST((at.ask.open(ada())->open_runs.at(0).state == state));
    }
    append_request last = texts_behind(seq, {});  // run changes alone
    last.runs.push_back({"r_1", run_state::finished});
    at.ask.commit(last);
    BOOST_TEST(at.ask.open(ada())->open_runs.empty());
    BOOST_TEST(at.ask.list_open_runs().empty());
    BOOST_TEST(
        (at.ask.find(ada(), {.message_id = "m_1", .run_id = {}})->state == run_state::finished)
    );
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_checkpoint_lasts_until_the_run_changes_again, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    append_request suspends = state_behind(1, "r_1", run_state::suspended);
    suspends.runs.back().checkpoint = R"({"work":"\u0000 \u00e4"})";
    std::int64_t seq = at.ask.commit(suspends);
    BOOST_TEST(at.ask.open(ada())->open_runs.at(0).checkpoint == suspends.runs.back().checkpoint);
    BOOST_TEST(
        at.ask.list_open_runs().at(0).row.open_runs.at(0).checkpoint ==
        suspends.runs.back().checkpoint
    );
    seq = at.ask.commit(texts_behind(seq, {"denied"}));
    BOOST_TEST(!at.ask.open(ada())->open_runs.at(0).checkpoint.empty());
    at.ask.commit(state_behind(seq, "r_1", run_state::running));
    BOOST_TEST(at.ask.open(ada())->open_runs.at(0).checkpoint.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_may_end_in_the_append_that_makes_it, store, stores) {
    store at;
    append_request request = message_behind(0, "m_1", "r_1");
    request.runs.push_back({"r_1", run_state::finished});
    at.ask.commit(request);
    BOOST_TEST(at.ask.open(ada())->open_runs.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_unknown_run_refuses_the_whole_append, store, stores) {
    store at;
    BOOST_TEST(
        got<unavailable>(at.ask.append(state_behind(0, "r_9", run_state::finished))).reason ==
        "the thread has no run r_9"
    );
    BOOST_TEST(!at.ask.open(ada()));
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    append_request request = state_behind(1, "r_1", run_state::finished);
    request.runs.push_back({"r_9", run_state::finished});
    got<unavailable>(at.ask.append(request));
    BOOST_TEST(at.ask.open(ada())->last_seq == 1);
    BOOST_TEST((at.ask.open(ada())->open_runs.at(0).state == run_state::running));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_run_id_is_given_once_in_a_thread, store, stores) {
    store at;
    at.ask.commit(message_behind(0, "m_1", "r_1"));
    const auto verdict = got<unavailable>(at.ask.append(message_behind(1, "m_2", "r_1")));
    BOOST_TEST(verdict.reason == "the thread has a run r_1 already");
    BOOST_TEST(at.ask.open(ada())->last_seq == 1);
    BOOST_TEST(!at.ask.find(ada(), {.message_id = "m_2", .run_id = {}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_append_leaves_its_neighbours_alone, store, stores) {
    store at;
    const protocol::thread_key bob{"bob", "t1"};
    const auto verdicts = at.ask.append_together(
        {message_behind(0, "m_1", "r_1"),
         state_behind(1, "r_9", run_state::finished),
         texts_behind(0, {"b"}, bob),
         message_behind(1, "m_1", "r_2"),
         state_behind(1, "r_1", run_state::finished)}
    );
    got<committed>(verdicts[0]);
    got<unavailable>(verdicts[1]);
    got<committed>(verdicts[2]);
    got<duplicate_message>(verdicts[3]);
    BOOST_TEST(got<committed>(verdicts[4]).last_seq == 2);
    BOOST_TEST(at.ask.events_of(bob).size() == 1U);
    BOOST_TEST(at.ask.events_of(ada()).size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_older_owner_is_fenced_off, store, stores) {
    store at;
    append_request older = message_behind(0, "m_1", "r_1");
    older.fencing_token = 3;
    at.ask.commit(older);
    append_request newer = texts_behind(1, {"b"});
    newer.fencing_token = 4;
    at.ask.commit(newer);
    older.expected_seq = 2;
    got<fenced>(at.ask.append(older));  // though it is a known message, too
    older = texts_behind(2, {"c"});
    older.fencing_token = 3;
    got<fenced>(at.ask.append(older));
    BOOST_TEST(at.ask.open(ada())->last_seq == 2);
    newer.expected_seq = 2;
    at.ask.commit(newer);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_refused_owner_raises_no_fence, store, stores) {
    store at;
    at.ask.commit(texts_behind(0, {"a"}));
    append_request newer = texts_behind(8, {"b"});
    newer.fencing_token = 4;
    got<wrong_position>(at.ask.append(newer));
    at.ask.commit(texts_behind(1, {"b"}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_verdict_never_arrives_within_the_call, store, stores) {
    store at;
    bool within = true;
    bool answered_within = false;
    auto done = [&](const append_verdict&) {
        answered_within = within;
        at.ask.stop();
    };
    // Asked from the very shard that the answer goes to.
    asio::post(at.ask.on(), [&] {
        at.log.start_append(texts_behind(0, {"a"}), asio::bind_executor(at.ask.on(), done));
        within = false;
    });
    at.ask.run_until_stopped();
    BOOST_TEST(!answered_within);
}

BOOST_AUTO_TEST_SUITE_END()
