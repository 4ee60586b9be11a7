#include "core/session/token_life.hpp"

#include "core/async/scheduler.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace clarion;
using protocol::close_code;
using session::closing;

using std::chrono::minutes;
using std::chrono::seconds;

/// A shard whose wall clock somebody sets while its timers go on.
class shard_with_two_clocks final : public scheduler {
public:
    shard_with_two_clocks() : scheduler(runs::elsewhere, 1) {}

    void set_wall_clock(milliseconds forward) { skew_ms_ += forward.count(); }

    void pass(duration time) {
        const running here(*this);
        const time_point end = now_ + time;
        run_queued();
        while (timers_.earliest() && *timers_.earliest() <= end) {
            now_ = *timers_.earliest();
            while (timer_entry* due = timers_.take_due(now_))
                due->expired();
            run_queued();
        }
        now_ = end;
    }

    void defer(std::unique_ptr<deferred_work> work) override { queued_.push_back(std::move(work)); }
    time_point now() const noexcept override { return now_; }
    std::int64_t wall_ms() const noexcept override {
        const auto passed = std::chrono::duration_cast<milliseconds>(now_.since_start());
        return 1'790'000'000'000 + skew_ms_ + passed.count();
    }
    void arm(timer_entry& entry, time_point when) override { timers_.arm(entry, when); }
    void disarm(timer_entry& entry) noexcept override { timers_.disarm(entry); }

private:
    void run_queued() {
        while (!queued_.empty())
            for (const auto& work : std::exchange(queued_, {}))
                work->run();
    }

    time_point now_{seconds(1)};
    std::int64_t skew_ms_ = 0;
    timer_queue timers_;
    std::vector<std::unique_ptr<deferred_work>> queued_;
};

/// A session of ada's with what its token's life does to it.
struct expiring_session final : session::session_control {
    explicit expiring_session(milliseconds lives)
        : expires_ms(shard.wall_ms() + lives.count()),
          wire(std::make_shared<session::link_end>(executor(shard), "c_1", 1000)) {
        wire->owner = "ada";
        wire->control = this;
        life.emplace(executor(shard), session::session_link(wire), expires_ms);
    }
    expiring_session(const expiring_session&) = delete;
    expiring_session& operator=(const expiring_session&) = delete;
    ~expiring_session() { wire->control = nullptr; }

    void end(closing why) override { ended = std::move(why); }
    void frames_wait() override {}
    bool was_warned() const { return wire->frames.bytes() > 0; }

    shard_with_two_clocks shard;
    std::int64_t expires_ms;
    std::shared_ptr<session::link_end> wire;
    std::optional<closing> ended;
    std::optional<session::token_life> life;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(token_life)

BOOST_AUTO_TEST_CASE(its_end_is_the_wall_clock_s) {
    expiring_session ada(minutes(5));
    ada.shard.pass(milliseconds(239'999));
    BOOST_TEST(!ada.was_warned());
    ada.shard.pass(milliseconds(1));
    BOOST_TEST(ada.was_warned());
    ada.shard.pass(milliseconds(59'999));
    BOOST_TEST(!ada.ended.has_value());
    ada.shard.pass(milliseconds(1));
    BOOST_REQUIRE(ada.ended.has_value());
    BOOST_TEST((ada.ended->code == close_code::token_expired));
}

BOOST_AUTO_TEST_CASE(a_clock_set_forward_or_a_machine_that_slept_is_noticed_within_a_minute) {
    expiring_session ada(std::chrono::hours(2));
    ada.shard.pass(minutes(10));
    ada.shard.set_wall_clock(std::chrono::hours(2));
    BOOST_TEST(!ada.ended.has_value());
    ada.shard.pass(minutes(1));
    BOOST_TEST(ada.ended.has_value());
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_ends_nothing_early) {
    expiring_session ada(minutes(2));
    ada.shard.pass(seconds(30));
    ada.shard.set_wall_clock(-minutes(10));
    ada.shard.pass(minutes(10));
    BOOST_TEST(!ada.was_warned());
    ada.shard.pass(seconds(90) - milliseconds(1));
    BOOST_TEST(!ada.ended.has_value());
    ada.shard.pass(milliseconds(1));
    BOOST_TEST(ada.ended.has_value());
}

BOOST_AUTO_TEST_CASE(the_end_is_announced_once_whatever_the_clock_does) {
    expiring_session ada(minutes(2));
    ada.shard.pass(seconds(90));
    const std::size_t warning_bytes = ada.wire->frames.bytes();
    BOOST_TEST(warning_bytes > 0U);
    ada.shard.set_wall_clock(-minutes(10));
    ada.shard.pass(minutes(10));
    BOOST_TEST(!ada.ended.has_value());
    BOOST_TEST(ada.wire->frames.bytes() == warning_bytes);
}

BOOST_AUTO_TEST_CASE(another_token_moves_both_times_and_is_announced_anew) {
    expiring_session ada(minutes(2));
    ada.shard.pass(seconds(90));
    const std::size_t warning_bytes = ada.wire->frames.bytes();
    BOOST_REQUIRE(ada.life->goes_on());
    ada.life->renew(ada.shard.wall_ms() + 300'000);
    ada.shard.pass(milliseconds(239'999));
    BOOST_TEST(ada.wire->frames.bytes() == warning_bytes);
    ada.shard.pass(milliseconds(1));
    BOOST_TEST(ada.wire->frames.bytes() == 2 * warning_bytes);
    ada.shard.pass(milliseconds(59'999));
    BOOST_TEST(!ada.ended.has_value());
    ada.shard.pass(milliseconds(1));
    BOOST_TEST(ada.ended.has_value());
}

BOOST_AUTO_TEST_CASE(a_token_that_ends_earlier_counts_too) {
    expiring_session ada(minutes(10));
    ada.life->renew(ada.shard.wall_ms() + 30'000);
    ada.shard.pass(milliseconds(0));
    BOOST_TEST(ada.was_warned());
    ada.shard.pass(seconds(30));
    BOOST_TEST(ada.ended.has_value());
}

// The timer is up to a minute behind a clock that was set forward: whoever asks is told the truth.
BOOST_AUTO_TEST_CASE(a_token_whose_time_has_come_is_not_gone_on_with) {
    expiring_session ada(minutes(10));
    ada.shard.set_wall_clock(minutes(10) - milliseconds(1));
    BOOST_TEST(ada.life->goes_on());
    ada.shard.set_wall_clock(milliseconds(1));
    BOOST_TEST(!ada.life->goes_on());
    ada.shard.pass(milliseconds(0));
    BOOST_TEST(ada.ended.has_value());
    ada.shard.set_wall_clock(-minutes(10));
    BOOST_TEST(!ada.life->goes_on());
}

BOOST_AUTO_TEST_CASE(a_session_that_has_ended_is_left_alone) {
    expiring_session ada(minutes(2));
    ada.life.reset();
    ada.shard.pass(minutes(5));
    BOOST_TEST(!ada.was_warned());
    BOOST_TEST(!ada.ended.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
