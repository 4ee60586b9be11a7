#include "core/audit/thread_audit.hpp"

#include "core/conversation/message_digest.hpp"
#include "core/protocol/payload_text.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace clarion;
using namespace clarion::protocol;

namespace {

/// A thread as it lies in the log: rows and events that a test damages in one place.
struct stored_thread {
    storage::walked_thread row;
    std::vector<storage::walked_event> events;
    std::vector<storage::walked_run> runs;

    void add(const std::string& run_id, const payload& what) {
        storage::walked_event event;
        event.seq = static_cast<std::int64_t>(events.size()) + 1;
        event.type = name_of(type_of(what));
        event.run_id = run_id;
        event.payload_json = payload_to_json(what);
        events.push_back(std::move(event));
        row.last_seq = events.back().seq;
    }

    /// The message and the row of a run.
    void begin(const std::string& run_id, const std::string& state) {
        const std::string message_id = "m" + run_id;
        add(run_id, user_message{message_id, "hi", {}});
        client::message body;
        body.text = "hi";
        const std::int64_t seq = row.last_seq;
        const std::string digest = conversation::digest_of(body);
        runs.push_back(
            {run_id, message_id, "demo", state, seq, storage::walked_message{digest, run_id, seq}}
        );
        ++row.messages;
        ++row.message_rows;
        ++row.run_rows;
    }

    void start(const std::string& run_id) {
        add(run_id, agent_started{"demo", "m" + run_id, {{}, {}, 0}});
        add(run_id, agent_thinking{"demo", 1, "so", {}});
        add(run_id, tool_executing{"demo", "c", "calculator", {"{}"}, {}});
    }

    /// A whole run of eight events.
    void complete(const std::string& run_id) {
        const std::int64_t first = row.last_seq + 2;
        begin(run_id, "finished");
        start(run_id);
        tool_completed completed;
        completed.agent_name = "demo";
        completed.tool_call_id = "c";
        completed.tool_name = "calculator";
        completed.result = json_text{"1"};
        add(run_id, completed);
        add(run_id, text_delta{"demo", "a", "fifty"});
        add(run_id, assistant_message{"demo", "a", "fifty"});
        ++row.messages;
        agent_completed end;
        end.agent_name = "demo";
        end.result.message_id = "a";
        end.census.first_seq = first;
        end.census.last_seq = row.last_seq;
        end.census.counts = {
            {"agent_started", 1},
            {"agent_thinking", 1},
            {"tool_executing", 1},
            {"tool_completed", 1},
            {"text_delta", 1},
            {"assistant_message", 1},
        };
        end.census.text_bytes = 5;
        end.census.text_sha256 = engine::sha256_hex("fifty");
        add(run_id, end);
    }

    /// "SEQ: what" for each violation.
    std::vector<std::string> audited() const {
        std::vector<std::string> found;
        std::size_t next = 0;
        const auto source = [&]() -> std::optional<storage::walked_run> {
            if (next == runs.size())
                return std::nullopt;
            return runs[next++];
        };
        const auto report = [&](std::int64_t seq, const std::string& what) {
            found.push_back(std::to_string(seq) + ": " + what);
        };
        audit::thread_audit audit(row, source, report);
        for (const storage::walked_event& event : events)
            audit.take(event);
        audit.finish();
        return found;
    }

    stored_thread() {
        row.key = {"ada", "t"};
        row.epoch = "e";
        row.first_seq = 1;
    }
};

struct two_runs : stored_thread {
    two_runs() {
        complete("r1");
        complete("r2");
    }

    void replace(std::size_t seq, const std::string& from, const std::string& to) {
        std::string& json = events.at(seq - 1).payload_json;
        BOOST_REQUIRE(json.find(from) != std::string::npos);
        json.replace(json.find(from), from.size(), to);
    }
    void erase(std::size_t seq) {
        events.erase(events.begin() + static_cast<std::ptrdiff_t>(seq) - 1);
    }

    /// Exactly one violation, beginning so.
    void check_finds(const std::string& beginning) const {
        const std::vector<std::string> found = audited();
        BOOST_REQUIRE_MESSAGE(found.size() == 1U, found.size() << " instead of " << beginning);
        BOOST_TEST(found.front().starts_with(beginning), found.front());
    }
    void check_finds_among(const std::string& beginning) const {
        std::string all;
        for (const std::string& each : audited()) {
            if (each.starts_with(beginning))
                return;
            all += each + "\n";
        }
        BOOST_ERROR(beginning << " is not among\n" << all);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(thread_audit, two_runs)

BOOST_AUTO_TEST_CASE(a_sound_thread_has_no_violation) {
    BOOST_TEST(audited().empty());
    BOOST_TEST(stored_thread().audited().empty());
}

BOOST_AUTO_TEST_CASE(a_run_may_be_open_at_the_end) {
    begin("r3", "running");
    start("r3");
    begin("r4", "queued");
    add("r4", run_queued{"mr4", 1});
    BOOST_TEST(audited().empty());
}

BOOST_AUTO_TEST_CASE(runs_may_be_interleaved_with_the_messages_of_others) {
    stored_thread mixed;
    mixed.begin("r1", "running");
    mixed.begin("r2", "queued");
    mixed.start("r1");
    BOOST_TEST(mixed.audited().empty());
}

BOOST_AUTO_TEST_CASE(a_missing_event_is_named_by_its_seq) {
    erase(7);
    check_finds_among("7: the event is missing");
    erase(3);
    erase(3);
    check_finds_among("3: events up to 4 are missing");
}

BOOST_AUTO_TEST_CASE(a_missing_last_event_is_seen_by_the_threads_row) {
    events.pop_back();
    check_finds_among("16: the thread's last event is 15, and its row says 16");
    check_finds_among("16: run r2 is finished and has no terminal event");
}

BOOST_AUTO_TEST_CASE(a_trimmed_thread_begins_where_its_row_says) {
    row.first_seq = 9;
    check_finds("0: the thread has 2 message events, and its row says 4");
    row.messages = 2;
    BOOST_TEST(audited().empty());  // rows of trimmed events wait to go
    events.erase(events.begin(), events.begin() + 8);
    BOOST_TEST(audited().empty());
    row.first_seq = 1;
    check_finds_among("1: events up to 8 are missing");
}

BOOST_AUTO_TEST_CASE(an_event_that_the_grammar_forbids_is_named_once_a_run) {
    std::swap(events.at(2).payload_json, events.at(3).payload_json);
    std::swap(events.at(2).type, events.at(3).type);
    replace(4, R"("step_number":1)", R"("step_number":1,"parent_tool_call_id":"x")");
    check_finds("4: agent_thinking/parent_tool_call_id names no open tool call");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_its_deltas_is_found) {
    replace(7, R"("text":"fifty")", R"("text":"sixty")");
    check_finds("7: assistant_message/text is not the concatenation of its deltas");
}

BOOST_AUTO_TEST_CASE(a_census_that_tells_other_counts_is_found) {
    replace(8, R"("text_bytes":5)", R"("text_bytes":6)");
    check_finds("8: the census is {");
}

BOOST_AUTO_TEST_CASE(a_text_changed_with_its_deltas_is_found_by_the_digest) {
    replace(6, "fifty", "sixty");
    replace(7, "fifty", "sixty");
    check_finds("8: the census is {");
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_none_is_found) {
    replace(3, R"("step_number":1)", R"("step_number":0)");
    check_finds("3: agent_thinking/step_number ");
    events.at(10).payload_json = "{";
    check_finds_among("11: agent_thinking is not JSON");
    events.at(11).type = "tool_dreaming";
    check_finds_among("12: 'tool_dreaming' is no event type");
}

BOOST_AUTO_TEST_CASE(an_event_of_a_run_that_is_not_there_is_found) {
    events.at(2).run_id = "r9";
    check_finds_among("3: agent_thinking belongs to run r9, which has no user_message");
    stored_thread late;
    late.complete("r1");
    late.add("r1", progress_update{"more", {}});
    BOOST_TEST(late.audited().size() == 1U);
}

BOOST_AUTO_TEST_CASE(rows_that_contradict_the_events_are_found) {
    using damage = std::pair<std::function<void(two_runs&)>, std::string>;
    const std::vector<damage> rows{
        {[](two_runs& t) { t.row.epoch.clear(); }, "0: the thread has no epoch"},
        {[](two_runs& t) { ++t.row.messages; },
         "0: the thread has 4 message events, and its row says 5"},
        {[](two_runs& t) { --t.row.message_rows; }, "0: the thread has 1 message rows and 2 run"},
        {[](two_runs& t) { t.row.last_seq = 17; },
         "17: the thread's last event is 16, and its row says 17"},
        {[](two_runs& t) { t.runs[0].state = "running"; },
         "8: agent_completed ended the run, and its row says running"},
        {[](two_runs& t) { t.runs[1].message_id = "other"; },
         "9: the run row has another message_id: other"},
        {[](two_runs& t) { t.runs[1].message.reset(); }, "9: user_message has no message row"},
        {[](two_runs& t) { t.runs[1].message->seq = 3; }, "9: the message row points to run r2"},
        {[](two_runs& t) { t.runs[1].message->content_digest = "0"; },
         "9: the message row's digest is not that of the user_message"},
    };
    for (const auto& [inflict, beginning] : rows) {
        two_runs damaged;
        inflict(damaged);
        damaged.check_finds(beginning);
    }
}

BOOST_AUTO_TEST_CASE(rows_and_messages_without_each_other_are_found) {
    two_runs lost = *this;
    lost.runs.erase(lost.runs.begin());
    lost.check_finds("1: user_message has no run row");
    runs[0].run_id = "r7";
    check_finds_among("1: user_message belongs to run r1, and its row says r7");
    runs[1].message_seq = 12;
    check_finds_among("9: user_message has no run row");
    check_finds_among("12: run row r2 names no user_message of its own");
}

BOOST_AUTO_TEST_CASE(a_run_that_has_begun_is_not_queued) {
    begin("r3", "queued");
    start("r3");
    check_finds("20: run r3 has begun, and its row says queued");
}

BOOST_AUTO_TEST_CASE(the_agent_a_client_named_counts_in_the_digest) {
    client::message body;
    body.text = "hi";
    body.agent = "demo";
    runs[0].message->content_digest = conversation::digest_of(body);
    BOOST_TEST(audited().empty());
    runs[0].agent = "other";
    check_finds("1: the message row's digest");
}

BOOST_AUTO_TEST_SUITE_END()
