#include "core/protocol/payload_text.hpp"
#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::support::faulty_log;
using clarion::support::flow_client;
using clarion::support::flow_server;
using strings = std::vector<std::string>;

std::string message(const std::string& thread_id, const std::string& id, const std::string& text) {
    return R"({"type":"message","thread_id":")" + thread_id + R"(","message_id":")" + id +
           R"(","text":")" + text + R"("})";
}

std::string subscribe(const std::string& thread_id) {
    return R"({"type":"subscribe","thread_id":")" + thread_id + R"("})";
}

std::string text_of(const boost::json::object& frame, const char* field) {
    return std::string(frame.at(field).as_string());
}

std::int64_t number_of(const boost::json::object& frame, const char* field) {
    return frame.at(field).to_number<std::int64_t>();
}

strings thread_ids(const boost::json::object& page) {
    strings ids;
    for (const auto& one : page.at("threads").as_array())
        ids.push_back(text_of(one.as_object(), "thread_id"));
    return ids;
}

// One thread after the other, each a second later.
void talk_on(flow_server& server, flow_client& client, const strings& thread_ids) {
    for (const std::string& id : thread_ids) {
        client.sends(message(id, "m1", "about  " + id));
        server.settle();
        server.world().run_for(std::chrono::seconds(1));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread_lists)

BOOST_AUTO_TEST_CASE(threads_are_listed_last_changed_first_with_what_a_list_shows) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    talk_on(server, ada, {"t1", "t2", "t3"});
    ada.sends(message("t1", "m2", "/story 5 100"));
    server.world().run_for(milliseconds(50));
    ada.sends(R"({"type":"threads","id":"x"})");
    server.settle();
    const auto page = ada.only("threads");
    BOOST_TEST(text_of(page, "id") == "x");
    BOOST_TEST(thread_ids(page) == (strings{"t1", "t3", "t2"}));
    BOOST_TEST(!page.contains("next"));
    const auto& first = page.at("threads").at(0).as_object();
    BOOST_TEST(text_of(first, "title") == "about t1");
    BOOST_TEST(
        number_of(first, "updated_ms") >
        number_of(page.at("threads").at(1).as_object(), "updated_ms")
    );
    const auto& run = first.at("active_run").as_object();
    BOOST_TEST(run.at("run_id") == ada.frames("accepted").back().at("run_id"));
    BOOST_TEST(text_of(run, "state") == "running");
    const auto& second = page.at("threads").at(1).as_object();
    BOOST_TEST(!second.contains("active_run"));
    std::int64_t last_seq = 0;
    for (const auto& frame : ada.frames("agent_completed"))
        if (frame.at("thread_id").as_string() == "t3")
            last_seq = number_of(frame, "seq");
    BOOST_TEST(number_of(second, "seq") == last_seq);
}

BOOST_AUTO_TEST_CASE(next_leads_through_all_threads_page_by_page) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    talk_on(server, ada, {"t1", "t2", "t3", "t4", "t5"});
    strings all;
    std::string before;
    for (int pages = 0; pages < 3; ++pages) {
        ada.sends(R"({"type":"threads","limit":2)" + before + "}");
        server.settle();
        const auto page = ada.frames("threads").back();
        for (const std::string& id : thread_ids(page))
            all.push_back(id);
        BOOST_TEST(page.contains("next") == (pages < 2));
        if (page.contains("next"))
            before = R"(,"before":")" + text_of(page, "next") + '"';
    }
    BOOST_TEST(all == (strings{"t5", "t4", "t3", "t2", "t1"}));
}

BOOST_AUTO_TEST_CASE(a_before_that_is_no_next_is_a_bad_request_and_counts_as_an_offence) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    for (const char* wrong :
         {"x", "1790000000000", "1/a b", "/t1", "1x/t1", "99999999999999999999/t"}) {
        ada.sends(std::string(R"({"type":"threads","id":"w","before":")") + wrong + "\"}");
        server.settle();
        const auto error = ada.frames("error").back();
        BOOST_TEST(text_of(error, "code") == "bad_request");
        BOOST_TEST(text_of(error, "detail") == "/before");
        BOOST_TEST(text_of(error, "id") == "w");
    }
    for (int more = 6; more < 20; ++more)
        ada.sends(R"({"type":"threads","before":"x"})");
    server.settle();
    BOOST_TEST((ada.connection().close_code() == clarion::protocol::close_code::protocol_error));
}

BOOST_AUTO_TEST_CASE(a_page_of_threads_ends_at_its_bytes) {
    flow_server::options with;
    with.conversations.messages_per_minute = 0;
    with.sessions.outbox_bytes_max = 16'777'216;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    server.settle();
    std::string title;
    for (int i = 0; i < 80; ++i)
        title += "🙂";
    for (int i = 0; i < 600; ++i)
        ada.sends(message(std::string(120, 'x') + std::to_string(i), "m1", title));
    server.settle();
    ada.sends(R"({"type":"threads","limit":1000})");
    server.settle();
    const auto page = ada.only("threads");
    BOOST_TEST(page.contains("next"));
    const std::size_t listed = page.at("threads").as_array().size();
    BOOST_TEST(listed > 300U);
    BOOST_TEST(listed < 600U);
    BOOST_TEST(boost::json::serialize(page).size() <= 262144U);
    ada.sends(R"({"type":"threads","limit":1000,"before":")" + text_of(page, "next") + "\"}");
    server.settle();
    BOOST_TEST(ada.frames("threads").back().at("threads").as_array().size() == 600 - listed);
}

BOOST_AUTO_TEST_CASE(nobody_lists_the_threads_of_another_user) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    talk_on(server, ada, {"t1"});
    flow_client& bob = server.connect("bob", {R"({"type":"threads"})"});
    server.settle();
    BOOST_TEST(thread_ids(bob.only("threads")).empty());
}

BOOST_AUTO_TEST_CASE(a_list_that_cannot_be_read_says_so) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    server.settle();
    log.break_reads();
    ada.sends(R"({"type":"threads","id":"x"})");
    server.settle();
    BOOST_TEST(text_of(ada.only("error"), "code") == "storage_unavailable");
    BOOST_TEST(text_of(ada.only("error"), "id") == "x");
}

// --- welcome

BOOST_AUTO_TEST_CASE(a_welcome_names_the_runs_of_loaded_threads_and_of_the_log) {
    flow_server server;
    // Left by another process, and not yet picked up.
    auto leave_run = [&server]() -> clarion::task<> {
        clarion::storage::append_request left;
        left.key = {"ada", "t1"};
        left.epoch = "e_1";
        left.message = clarion::storage::new_message{
            .message_id = "m1",
            .content_digest = "",
            .run_id = "r_left",
            .agent = "demo",
            .state = clarion::protocol::run_state::queued,
        };
        left.events.push_back(
            clarion::protocol::uncommitted(clarion::protocol::user_message{"m1", "hello", {}})
        );
        (void)co_await server.log().append(std::move(left));
    };
    server.run(leave_run());
    flow_client& late = server.connect("ada");
    flow_client& other = server.connect("bob");
    server.settle();
    const auto active = late.only("welcome").at("active_runs").as_array();
    BOOST_REQUIRE_EQUAL(active.size(), 1U);
    BOOST_TEST(text_of(active[0].as_object(), "thread_id") == "t1");
    BOOST_TEST(text_of(active[0].as_object(), "state") == "queued");
    BOOST_TEST(!late.only("welcome").contains("degraded"));
    BOOST_TEST(other.only("welcome").at("active_runs").as_array().empty());

    late.sends(message("t2", "m1", "/story 5 100"));
    server.world().run_for(milliseconds(50));
    flow_client& later = server.connect("ada");
    server.world().run_for(milliseconds(50));
    BOOST_TEST(later.only("welcome").at("active_runs").as_array().size() == 2U);
    server.settle();
    flow_client& last = server.connect("ada");
    server.settle();
    BOOST_TEST(last.only("welcome").at("active_runs").as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_the_log_a_welcome_is_degraded_and_verbs_say_so) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    log.break_reads();
    flow_client& ada = server.connect("ada", {message("t1", "m1", "hello")});
    server.settle();
    const auto welcome = ada.only("welcome");
    BOOST_TEST(boost::json::serialize(welcome.at("degraded")) == R"(["storage"])");
    BOOST_TEST(!welcome.contains("active_runs"));
    BOOST_TEST(text_of(ada.only("error"), "code") == "storage_unavailable");
    log.mend_reads();
    flow_client& later = server.connect("ada");
    server.settle();
    BOOST_TEST(!later.only("welcome").contains("degraded"));
    BOOST_TEST(later.only("welcome").at("active_runs").as_array().empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(thread_changes)

BOOST_AUTO_TEST_CASE(sessions_that_are_not_subscribed_hear_that_a_thread_has_changed) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada");
    flow_client& subscribed = server.connect("ada", {subscribe("t1")});
    flow_client& bob = server.connect("bob");
    server.settle();
    ada.sends(message("t1", "m1", "  how   are you? "));
    server.settle();
    BOOST_TEST(ada.frames("thread_changed").empty());
    BOOST_TEST(subscribed.frames("thread_changed").empty());
    BOOST_TEST(bob.frames("thread_changed").empty());
    BOOST_TEST(second.event_types().empty());
    const auto changes = second.frames("thread_changed");
    BOOST_REQUIRE(!changes.empty());
    const auto& first = changes.front();
    BOOST_TEST(text_of(first, "thread_id") == "t1");
    BOOST_TEST(text_of(first, "title") == "how are you?");
    BOOST_TEST(first.at("active_run").at("run_id") == ada.only("accepted").at("run_id"));
    BOOST_TEST(text_of(first.at("active_run").as_object(), "state") == "running");
}

BOOST_AUTO_TEST_CASE(the_last_state_always_arrives) {
    for (int words = 0; words < 30; ++words) {
        flow_server server;
        flow_client& ada = server.connect("ada");
        flow_client& second = server.connect("ada");
        server.settle();
        ada.sends(message("t1", "m1", "/story " + std::to_string(words + 1) + " 17"));
        server.settle();
        const auto last = second.frames("thread_changed").back();
        BOOST_TEST(last.at("seq") == ada.only("agent_completed").at("seq"));
        BOOST_TEST(last.at("updated_ms") == ada.only("agent_completed").at("timestamp"));
        BOOST_TEST(!last.contains("active_run"));
    }
}

BOOST_AUTO_TEST_CASE(a_thread_is_announced_once_within_250_ms_however_much_it_changes) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada");
    server.settle();
    ada.sends(message("t1", "m1", "/story 100 10"));
    ada.sends(message("t2", "m1", "/story 100 10"));
    server.world().run_for(milliseconds(1000));
    std::size_t of_t1 = 0;
    for (const auto& change : second.frames("thread_changed"))
        of_t1 += change.at("thread_id").as_string() == "t1" ? 1U : 0U;
    // At 0, 250, 500, 750 and perhaps 1000 ms.
    BOOST_TEST(of_t1 >= 4U);
    BOOST_TEST(of_t1 <= 5U);
    BOOST_TEST(second.frames("thread_changed").size() <= 10U);
    BOOST_TEST(ada.frames("text_delta").size() > 20U);
}

BOOST_AUTO_TEST_CASE(a_session_that_subscribes_hears_no_more_changes_and_does_again_afterwards) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    flow_client& second = server.connect("ada", {subscribe("t1")});
    server.settle();
    ada.sends(message("t1", "m1", "hello"));
    server.settle();
    BOOST_TEST(second.frames("thread_changed").empty());
    second.sends(R"({"type":"unsubscribe","thread_id":"t1"})");
    ada.sends(message("t1", "m2", "hello"));
    server.settle();
    BOOST_TEST(!second.frames("thread_changed").empty());
}

BOOST_AUTO_TEST_SUITE_END()
