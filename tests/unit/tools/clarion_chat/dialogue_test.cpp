#include "tools/clarion-chat/dialogue.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace clarion::chat;
namespace json = boost::json;

namespace {

const std::string welcome =
    R"({"type":"welcome","connection_id":"c","user_id":"u","protocol":"clarion.v1","server":"s",)"
    R"("heartbeat":{"interval_ms":25000,"timeout_ms":8000},"limits":{"frame_bytes_max":500,)"
    R"("message_bytes_max":400,"messages_per_minute":1,"queued_runs_max":1},"agents":[]})";

std::string event(const std::string& type, int seq, const std::string& payload) {
    return R"({"type":")" + type + R"(","thread_id":"t","run_id":"r1","epoch":"e1","seq":)" +
           std::to_string(seq) + R"(,"timestamp":1,"critical":true,"payload":)" + payload + "}";
}

std::string own_message(int seq) {
    return event("user_message", seq, R"({"message_id":"m1","text":"hi"})");
}

std::string delta(int seq, const std::string& text) {
    return event(
        "text_delta",
        seq,
        R"({"agent_name":"d","message_id":"a","delta":")" + text + "\"}"
    );
}

std::string completed(int seq) {
    return event("agent_completed", seq, "{}");
}

struct talking {
    dialogue talk{dialogue_options{"t", output_form::words, rendering::plain}};

    reaction subscribed(const std::string& epoch, int seq, const std::string& more = "") {
        return talk.hear(
            R"({"type":"subscribed","id":")" + last_id + R"(","thread_id":"t","epoch":")" + epoch +
            R"(","seq":)" + std::to_string(seq) +
            (more.empty() ? R"(,"recovered":true})" : R"(,"recovered":false,)" + more + "}")
        );
    }

    json::object welcomed() { return only_frame(talk.hear(welcome)); }

    json::object only_frame(const reaction& what) {
        BOOST_REQUIRE(what.send.size() == 1U);
        json::object frame = json::parse(what.send.front()).as_object();
        last_id = std::string(frame.at("id").as_string());
        return frame;
    }

    /// Connected, and the message "hi" accepted in a thread without events.
    void begin() {
        welcomed();
        subscribed("", 0);
        talk.say("m1", "hi");
        talk.hear(R"({"type":"accepted","thread_id":"t","message_id":"m1","run_id":"r1","seq":1,)"
                  R"("duplicate":false,"state":"running"})");
    }

    std::string last_id;
};

std::string type_of(const json::object& frame) {
    return std::string(frame.at("type").as_string());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(dialogue_with_a_server, talking)

BOOST_AUTO_TEST_CASE(the_message_waits_until_the_place_in_the_thread_is_known) {
    BOOST_TEST(talk.say("m1", "hi").send.empty());
    const json::object subscribe = welcomed();
    BOOST_TEST(type_of(subscribe) == "subscribe");
    BOOST_TEST(!subscribe.contains("since"));
    const json::object message = only_frame(subscribed("", 0));
    BOOST_TEST(type_of(message) == "message");
    BOOST_TEST(message.at("message_id").as_string() == "m1");
}

BOOST_AUTO_TEST_CASE(each_terminal_gives_its_status_once) {
    const std::pair<std::string, exit_status> rows[] = {
        {"agent_completed", exit_status::completed},
        {"agent_error", exit_status::agent_error},
        {"agent_cancelled", exit_status::cancelled},
    };
    for (const auto& [type, status] : rows) {
        talking each;
        each.begin();
        BOOST_TEST(!each.talk.hear(own_message(1)).ended.has_value());
        BOOST_TEST((each.talk.hear(event(type, 2, "{}")).ended == status));
        BOOST_TEST(!each.talk.is_busy());
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_another_run_does_not_end_the_message) {
    begin();
    std::string other = completed(1);
    other.replace(other.find("r1"), 2, "r0");
    BOOST_TEST(!talk.hear(other).ended.has_value());
    BOOST_TEST(talk.is_busy());
}

BOOST_AUTO_TEST_CASE(an_unaccepted_message_is_sent_again_under_its_id_and_an_accepted_one_is_not) {
    welcomed();
    subscribed("", 0);
    const json::object first = only_frame(talk.say("m1", "hi"));
    talk.connection_lost(0);
    welcomed();
    BOOST_TEST((only_frame(subscribed("", 0)) == first));

    talking other;
    other.begin();
    other.talk.connection_lost(0);
    other.welcomed();
    BOOST_TEST(other.subscribed("e1", 1).send.empty());
}

BOOST_AUTO_TEST_CASE(a_resume_subscribes_from_the_cursor_and_drops_what_it_has) {
    begin();
    talk.hear(own_message(1));
    BOOST_TEST(talk.hear(delta(2, "a")).print == "a");
    talk.connection_lost(0);
    const json::object subscribe = welcomed();
    BOOST_TEST(json::serialize(subscribe.at("since")) == R"({"epoch":"e1","seq":2})");
    subscribed("e1", 4);
    BOOST_TEST(talk.hear(delta(2, "a")).print.empty());
    BOOST_TEST(talk.hear(delta(3, "b")).print == "b");
    BOOST_TEST((talk.hear(completed(4)).ended == exit_status::completed));
}

BOOST_AUTO_TEST_CASE(the_replay_of_the_own_message_counts_as_its_acceptance) {
    welcomed();
    subscribed("", 0);
    talk.say("m1", "hi");
    talk.connection_lost(0);
    welcomed();
    subscribed("e1", 2);
    talk.hear(own_message(1));
    BOOST_TEST((talk.hear(completed(2)).ended == exit_status::completed));
}

BOOST_AUTO_TEST_CASE(a_gap_subscribes_again_and_ignores_the_old_tail) {
    begin();
    talk.hear(own_message(1));
    const json::object subscribe = only_frame(talk.hear(delta(3, "b")));
    BOOST_TEST(json::serialize(subscribe.at("since")) == R"({"epoch":"e1","seq":1})");
    BOOST_TEST(talk.hear(delta(2, "a")).print.empty());
    subscribed("e1", 3);
    BOOST_TEST(talk.hear(delta(2, "a")).print == "a");
    BOOST_TEST(talk.hear(delta(3, "b")).print == "b");
}

BOOST_AUTO_TEST_CASE(a_gap_that_stays_gives_the_connection_up) {
    begin();
    for (int attempt = 0; attempt < 3; ++attempt) {
        only_frame(talk.hear(delta(5, "x")));
        subscribed("e1", 5);
    }
    BOOST_TEST(talk.hear(delta(5, "x")).drop.has_value());
}

BOOST_AUTO_TEST_CASE(a_caught_up_beyond_the_last_event_is_a_gap) {
    begin();
    const auto caught_up = R"({"type":"caught_up","thread_id":"t","seq":3})";
    BOOST_TEST(type_of(only_frame(talk.hear(caught_up))) == "subscribe");
}

BOOST_AUTO_TEST_CASE(a_caught_up_that_never_fits_gives_the_connection_up) {
    begin();
    const auto caught_up = R"({"type":"caught_up","thread_id":"t","seq":3})";
    for (int attempt = 0; attempt < 3; ++attempt) {
        only_frame(talk.hear(caught_up));
        subscribed("e1", 3);
    }
    BOOST_TEST(talk.hear(caught_up).drop.has_value());
}

BOOST_AUTO_TEST_CASE(the_work_is_done_once_all_has_come_and_nothing_waits_for_an_answer) {
    const auto caught_up = R"({"type":"caught_up","thread_id":"t","seq":0})";
    welcomed();
    BOOST_TEST(talk.awaits_answer());
    subscribed("", 0);
    BOOST_TEST(!talk.is_settled());
    talk.hear(caught_up);
    BOOST_TEST(talk.is_settled());
    talk.say("m1", "hi");
    BOOST_TEST(!talk.is_settled());
    BOOST_TEST(talk.awaits_answer());
    talk.hear(own_message(1));
    BOOST_TEST(talk.is_settled());
    talk.connection_lost(0);
    BOOST_TEST(!talk.is_settled());
    welcomed();
    subscribed("e1", 1);
    BOOST_TEST(!talk.is_settled());
}

BOOST_AUTO_TEST_CASE(silence_is_usual_for_a_heartbeat_and_for_five_seconds_while_an_answer_waits) {
    using namespace std::chrono_literals;
    BOOST_TEST(!talk.usual_silence().has_value());
    welcomed();
    BOOST_TEST((talk.usual_silence() == clarion::duration(5s)));
    subscribed("", 0);
    BOOST_TEST((talk.usual_silence() == clarion::duration(25s)));
    talk.connection_lost(0);
    BOOST_TEST(!talk.usual_silence().has_value());
}

BOOST_AUTO_TEST_CASE(a_message_that_is_held_off_goes_again_under_its_id) {
    const auto held = R"({"type":"error","id":"mm1","code":"rate_limited","message":"x",)"
                      R"("retryable":true,"retry_after_ms":700})";
    welcomed();
    subscribed("", 0);
    const json::object first = only_frame(talk.say("m1", "hi"));
    const reaction told = talk.hear(held);
    BOOST_TEST(told.again_after_ms.value() == 700);
    BOOST_TEST(told.notices.at(0) == "error rate_limited: x; sent again in 700 ms");
    BOOST_TEST(!told.ended.has_value());
    BOOST_TEST(!talk.awaits_answer());
    BOOST_TEST((only_frame(talk.say_again()) == first));
    BOOST_TEST(talk.say_again().send.empty());
    talk.hear(held);
    talk.connection_lost(0);
    welcomed();
    BOOST_TEST((only_frame(subscribed("", 0)) == first));
    BOOST_TEST(talk.say_again().send.empty());
}

BOOST_AUTO_TEST_CASE(a_run_that_went_with_its_log_is_said_to_be_lost) {
    begin();
    talk.hear(own_message(1));
    talk.connection_lost(0);
    welcomed();
    BOOST_TEST(subscribed("e2", 0, R"("reason":"epoch_changed")").notices.size() == 1U);
    const reaction end = talk.hear(R"({"type":"caught_up","thread_id":"t","seq":0})");
    BOOST_TEST((end.ended == exit_status::failed));
    BOOST_TEST(end.notices.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_error_that_answers_the_message_ends_it_and_others_do_not) {
    begin();
    const std::string error = R"({"type":"error","code":"busy","message":"full","retryable":true)";
    const reaction other = talk.hear(error + "}");
    BOOST_TEST(!other.ended.has_value());
    BOOST_TEST(other.notices.at(0) == "error busy: full; send it again when a run has ended");
    BOOST_TEST((talk.hear(error + R"(,"id":"mm1"})").ended == exit_status::failed));
}

BOOST_AUTO_TEST_CASE(an_error_that_answers_subscribe_gives_the_connection_up) {
    welcomed();
    const std::string error =
        R"({"type":"error","code":"storage_unavailable","message":"x","retryable":true,"id":")";
    const std::string dropped = talk.hear(error + last_id + "\"}").drop.value();
    BOOST_TEST(dropped.find("error storage_unavailable: x; the server's disk") == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancel_is_sent_again_after_a_loss) {
    begin();
    BOOST_TEST(talk.can_cancel());
    BOOST_TEST(type_of(only_frame(talk.cancel())) == "cancel");
    BOOST_TEST(!talk.can_cancel());
    talk.connection_lost(0);
    welcomed();
    BOOST_TEST(type_of(only_frame(subscribed("e1", 1))) == "cancel");
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_is_not_sent) {
    welcomed();
    subscribed("", 0);
    const reaction refused = talk.say("m1", std::string(600, 'x'));
    BOOST_TEST(refused.send.empty());
    BOOST_TEST((refused.ended == exit_status::failed));
}

BOOST_AUTO_TEST_CASE(a_close_for_size_ends_an_unaccepted_message) {
    welcomed();
    subscribed("", 0);
    talk.say("m1", "hi");
    BOOST_TEST((talk.connection_lost(1009).ended == exit_status::failed));
}

BOOST_AUTO_TEST_CASE(raw_frames_are_printed_as_they_come_without_duplicates) {
    talk = dialogue({"t", output_form::frames, rendering::plain});
    begin();
    BOOST_TEST(talk.hear(own_message(1)).print == own_message(1) + "\n");
    BOOST_TEST(talk.hear(own_message(1)).print.empty());
    BOOST_TEST(talk.hear(R"({"type":"pong","ts":1})").print == "{\"type\":\"pong\",\"ts\":1}\n");
}

BOOST_AUTO_TEST_CASE(nonsense_gives_the_connection_up) {
    for (const char* frame : {"", "[]", "{", R"({"type":"welcome"})"}) {
        talking each;
        BOOST_TEST(each.talk.hear(frame).drop.has_value(), frame);
    }
}

BOOST_AUTO_TEST_SUITE_END()
