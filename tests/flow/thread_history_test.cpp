#include "tests/support/faulty_log.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using clarion::milliseconds;
using clarion::support::faulty_log;
using clarion::support::flow_client;
using clarion::support::flow_server;
using seqs = std::vector<std::int64_t>;

std::string history(const std::string& bounds = "", const std::string& thread_id = "t1") {
    return R"({"type":"history","id":"h","thread_id":")" + thread_id + '"' + bounds + "}";
}

std::int64_t seq_of(const boost::json::object& frame) {
    return frame.at("seq").to_number<std::int64_t>();
}

seqs seqs_of(const boost::json::object& page) {
    seqs found;
    for (const auto& event : page.at("events").as_array())
        found.push_back(seq_of(event.as_object()));
    return found;
}

seqs range(std::int64_t first, std::int64_t last) {
    seqs numbers;
    for (std::int64_t number = first; number <= last; ++number)
        numbers.push_back(number);
    return numbers;
}

boost::json::object ask(flow_server& server, flow_client& client, const std::string& bounds) {
    client.sends(history(bounds));
    server.settle();
    return client.frames("history").back();
}

// A thread of 163 events, or some more.
struct long_thread {
    long_thread() {
        ada.asks("m1", "/think 80");
        ada.asks("m2", "/think 80");
        server.settle();
        head = seq_of(ada.frames("agent_completed").back());
    }
    boost::json::object ask(const std::string& bounds) { return ::ask(server, ada, bounds); }

    flow_server server;
    flow_client& ada = server.connect("ada");
    std::int64_t head = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(history_pages)

BOOST_AUTO_TEST_CASE(without_bounds_it_is_the_newest_page_in_ascending_order) {
    long_thread at;
    BOOST_REQUIRE_GT(at.head, 150);
    const auto page = at.ask("");
    BOOST_TEST(page.at("id").as_string() == "h");
    BOOST_TEST(page.at("thread_id").as_string() == "t1");
    BOOST_TEST(page.at("epoch") == at.ada.frames("user_message")[0].at("epoch"));
    BOOST_TEST(seqs_of(page) == range(at.head - 99, at.head));
    BOOST_TEST(page.at("more").as_bool());
}

BOOST_AUTO_TEST_CASE(events_are_whole_as_they_were_delivered) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "what is 17*3?");
    server.settle();
    boost::json::array delivered;
    for (const auto& frame : ada.frames())
        if (frame.contains("payload"))
            delivered.push_back(frame);
    BOOST_TEST(ask(server, ada, "").at("events").as_array() == delivered);
}

BOOST_AUTO_TEST_CASE(pages_lead_backwards_to_the_start_and_forwards_to_the_head) {
    long_thread at;
    seqs backwards;
    std::int64_t before = at.head + 1;
    for (bool more = true; more;) {
        const auto page = at.ask(R"(,"limit":37,"before_seq":)" + std::to_string(before));
        const seqs found = seqs_of(page);
        backwards.insert(backwards.begin(), found.begin(), found.end());
        before = found.front();
        more = page.at("more").as_bool();
    }
    BOOST_TEST(backwards == range(1, at.head));
    seqs forwards;
    for (bool more = true; more;) {
        const std::int64_t after = forwards.empty() ? 0 : forwards.back();
        const auto page = at.ask(R"(,"limit":37,"after_seq":)" + std::to_string(after));
        for (const std::int64_t seq : seqs_of(page))
            forwards.push_back(seq);
        more = page.at("more").as_bool();
    }
    BOOST_TEST(forwards == range(1, at.head));
}

BOOST_AUTO_TEST_CASE(bounds_are_exclusive_and_those_beyond_the_thread_are_harmless) {
    long_thread at;
    struct row {
        std::string bounds;
        seqs expected;
        bool more;
    };
    const std::string head = std::to_string(at.head);
    for (const row& one : std::vector<row>{
             {R"(,"after_seq":3,"before_seq":7)", {4, 5, 6}, false},
             {R"(,"after_seq":3,"before_seq":7,"limit":2)", {4, 5}, true},
             {R"(,"before_seq":4,"limit":2)", {2, 3}, true},
             {R"(,"before_seq":1)", {}, false},
             {R"(,"after_seq":7,"before_seq":3)", {}, false},
             {R"(,"after_seq":)" + head, {}, false},
             {R"(,"after_seq":999999)", {}, false},
             {R"(,"before_seq":999999,"limit":1)", {at.head}, true},
             {R"(,"before_seq":9223372036854775807,"limit":1)", {at.head}, true},
             {R"(,"after_seq":0,"limit":1)", {1}, true},
         }) {
        BOOST_TEST_CONTEXT(one.bounds) {
            const auto page = at.ask(one.bounds);
            BOOST_TEST(seqs_of(page) == one.expected);
            BOOST_TEST(page.at("more").as_bool() == one.more);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_thread_that_does_not_exist_and_one_of_another_user_are_both_empty) {
    long_thread at;
    flow_client& bob = at.server.connect("bob", {history(), history("", "nowhere")});
    at.server.settle();
    const auto pages = bob.frames("history");
    BOOST_REQUIRE_EQUAL(pages.size(), 2U);
    for (const auto& page : pages) {
        BOOST_TEST(page.at("epoch").as_string() == "");
        BOOST_TEST(page.at("events").as_array().empty());
        BOOST_TEST(!page.at("more").as_bool());
    }
}

BOOST_AUTO_TEST_CASE(a_page_ends_at_its_bytes_on_either_side) {
    flow_server::options with;
    with.sessions.outbox_bytes_max = 16'777'216;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    server.settle();
    for (int i = 0; i < 12; ++i)
        ada.asks("m" + std::to_string(i), std::string(32'000, 'x'));
    server.settle();
    const auto newest = ask(server, ada, R"(,"limit":1000)");
    const auto oldest = ask(server, ada, R"(,"limit":1000,"after_seq":0)");
    for (const auto& page : {newest, oldest}) {
        BOOST_TEST(page.at("more").as_bool());
        BOOST_TEST(boost::json::serialize(page).size() <= 262144U);
        BOOST_TEST(boost::json::serialize(page).size() > 200'000U);
        BOOST_TEST(seqs_of(page) == range(seqs_of(page).front(), seqs_of(page).back()));
    }
    BOOST_TEST(seqs_of(oldest).front() == 1);
    BOOST_TEST(seqs_of(newest).back() == seq_of(ada.frames("agent_completed").back()));
}

// At every moment of a run: what history shows, its reader has been shown as events already.
BOOST_AUTO_TEST_CASE(history_never_passes_the_published_head) {
    for (int cut_ms = 0; cut_ms <= 120; cut_ms += 3) {
        flow_server server;
        flow_client& ada = server.connect("ada");
        ada.asks("m1", "/story 10 10");
        server.world().run_for(milliseconds(cut_ms));
        ada.sends(history(R"(,"limit":1000)"));
        server.settle();
        std::int64_t seen = 0;
        for (const auto& frame : ada.frames()) {
            if (frame.contains("payload"))
                seen = seq_of(frame);
            if (frame.at("type").as_string() == "history")
                BOOST_TEST((seqs_of(frame).empty() || seqs_of(frame).back() <= seen));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_history_that_cannot_be_read_says_so) {
    faulty_log log;
    flow_server::options with;
    with.log = &log;
    flow_server server(std::move(with));
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    log.break_reads();
    ada.sends(history());
    server.settle();
    BOOST_TEST(ada.only("error").at("code").as_string() == "storage_unavailable");
    BOOST_TEST(ada.only("error").at("id").as_string() == "h");
}

BOOST_AUTO_TEST_CASE(an_ack_has_no_reply_and_one_beyond_the_head_is_a_bad_request) {
    flow_server server;
    flow_client& ada = server.connect("ada");
    ada.asks("m1", "hello");
    server.settle();
    const std::size_t before = ada.frames().size();
    const std::string head = std::to_string(seq_of(ada.only("agent_completed")));
    ada.sends(R"({"type":"ack","id":"a","thread_id":"t1","seq":)" + head + "}");
    ada.sends(R"({"type":"ack","id":"a","thread_id":"t1","seq":1})");
    ada.sends(R"({"type":"ack","id":"a","thread_id":"nowhere","seq":0})");
    ada.sends(R"({"type":"ack","id":"a","thread_id":"nowhere","seq":1})");
    server.settle();
    BOOST_TEST(ada.frames().size() == before);
    ada.sends(R"({"type":"ack","id":"b","thread_id":"t1","seq":999})");
    server.settle();
    BOOST_TEST(ada.frames("error").size() == 1U);
    for (const auto& error : ada.frames("error")) {
        BOOST_TEST(error.at("code").as_string() == "bad_request");
        BOOST_TEST(error.at("detail").as_string() == "/seq");
        BOOST_TEST(error.at("id").as_string() == "b");
    }
}

BOOST_AUTO_TEST_SUITE_END()
