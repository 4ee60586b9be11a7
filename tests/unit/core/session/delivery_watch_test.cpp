#include "core/session/delivery_watch.hpp"

#include "core/session/event_place.hpp"
#include "core/session/session_link.hpp"
#include "core/sim/world.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using failure::code;
using protocol::event_type;
using session::delivery_watch;
using std::chrono::seconds;

/// Of a session whose writer does nothing by itself.
struct fixture {
    struct idle_control final : session::session_control {
        void end(session::closing) override {}
        void frames_wait() override {}
    };

    fixture() {
        end->owner = "ada";
        end->control = &control;
    }

    session::shared_frame frame(event_type type, std::int64_t seq) {
        const protocol::event event{type, seq, 1, "r_1", "{}"};
        return std::make_shared<const session::outgoing_frame>(session::outgoing_frame{
            session::frame_kind::text,
            "ada",
            protocol::to_frame(event, "t1", "e_1", protocol::delivery::live),
            session::event_passage{type, seq, world.now(), world.now()},
        });
    }
    void queue(event_type type, std::int64_t seq) {
        end->push(frame(type, seq));
        watch.waits();
    }
    void write_all() {
        watch.hands_over(std::vector<session::shared_frame>(end->frames.waiting()));
        end->frames.close_and_drop();
    }
    std::uint64_t told(code what) const { return failures.count(what); }

    sim::world world;
    failure::ledger failures{failure::logger(), [this] {
                                 return world.wall_ms();
                             }};
    idle_control control;
    std::shared_ptr<session::link_end> end =
        std::make_shared<session::link_end>(world.get_executor(), "c_1", 100'000);
    delivery_watch watch{world.get_executor(), *end, failures};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(delivery_watches, fixture)

BOOST_AUTO_TEST_CASE(a_frame_names_its_event) {
    const auto made = frame(event_type::agent_started, 3);
    const session::event_place place = session::place_of_event(made->body);
    BOOST_TEST(place.thread_id == "t1");
    BOOST_TEST(place.run_id == "r_1");
    BOOST_TEST(session::place_of_event(R"({"type":"pong","ts":1})").run_id.empty());
}

// A writer that has forgotten its outbox would never tell by itself.
BOOST_AUTO_TEST_CASE(a_critical_event_that_is_never_written_is_told_after_five_seconds_and_once) {
    queue(event_type::agent_started, 7);
    world.run_for(milliseconds(4999));
    BOOST_TEST(told(code::delivery_stalled) == 0U);
    world.run_for(milliseconds(1));
    BOOST_TEST(told(code::delivery_stalled) == 1U);
    queue(event_type::agent_thinking, 8);
    world.run_for(seconds(60));
    BOOST_TEST(told(code::delivery_stalled) == 1U);
    write_all();
    BOOST_TEST(told(code::delivery_stalled) == 1U);
    const failure::record record = failures.snapshot().records.front();
    BOOST_TEST(record.seq == 7);
    BOOST_TEST(record.connection_id == "c_1");
    BOOST_TEST(record.run_id == "r_1");
}

BOOST_AUTO_TEST_CASE(text_may_wait_and_what_came_later_has_its_own_time) {
    queue(event_type::text_delta, 1);
    world.run_for(seconds(4));
    queue(event_type::assistant_message, 2);
    world.run_for(milliseconds(4999));
    BOOST_TEST(told(code::delivery_stalled) == 0U);
    world.run_for(milliseconds(1));
    BOOST_TEST(told(code::delivery_stalled) == 1U);
}

BOOST_AUTO_TEST_CASE(while_a_write_is_under_way_the_socket_takes_nothing) {
    watch.hands_over({frame(event_type::agent_started, 1)});
    queue(event_type::agent_thinking, 2);
    world.run_for(seconds(60));
    BOOST_TEST(told(code::delivery_stalled) == 0U);
    watch.is_free(world.now());
    world.run_for(milliseconds(400));
    write_all();
    BOOST_TEST(told(code::delivery_stalled) == 0U);
    BOOST_TEST(told(code::event_late) == 0U);
}

BOOST_AUTO_TEST_CASE(late_events_are_told_once_a_second_for_each_level_and_all_counted) {
    std::vector<session::shared_frame> batch;
    for (std::int64_t seq = 1; seq <= 4; ++seq)
        batch.push_back(frame(seq < 3 ? event_type::text_delta : event_type::agent_started, seq));
    world.run_for(milliseconds(600));
    watch.hands_over(batch);
    BOOST_TEST(told(code::event_late) == 2U);
    const auto records = failures.snapshot().records;
    BOOST_TEST((records[0].how == failure::severity::critical));
    BOOST_TEST(records[0].seq == 3);
    BOOST_TEST((records[1].how == failure::severity::warning));
    BOOST_TEST(records[1].seq == 1);
    BOOST_TEST(records[1].detail.ends_with("so late were 1 more since this was last said"));
    watch.hands_over(batch);
    BOOST_TEST(told(code::event_late) == 2U);
    world.run_for(seconds(1));
    watch.hands_over(batch);
    BOOST_TEST(told(code::event_late) == 4U);
    BOOST_TEST(failures.snapshot().records.back().detail.ends_with("3 more since this was last said"
    ));
    BOOST_TEST(metrics::counters_of(world.get_executor()).events_late == 12U);
}

BOOST_AUTO_TEST_SUITE_END()
