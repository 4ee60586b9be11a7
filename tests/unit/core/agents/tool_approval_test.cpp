#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/async/sleep.hpp"
#include "tests/unit/core/agents/dispatcher_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace clarion::agents::test {

using protocol::approval_decision;
using protocol::tool_outcome;

namespace {

/// Calls of `guarded_tool`, and a person who decides.
struct approval_fixture : dispatcher_fixture {
    explicit approval_fixture(support::recorded_run_options with = {})
        : dispatcher_fixture(std::move(with)) {
        add(demo::make_guarded_tool());
    }

    std::vector<protocol::approval_requested> asked() const {
        return run.all<protocol::approval_requested>();
    }
    std::vector<protocol::approval_resolved> resolved() const {
        return run.all<protocol::approval_resolved>();
    }
    void decide(std::size_t index, protocol::client::approve_decision how) {
        protocol::client::approve said;
        said.approval_id = asked().at(index).approval_id;
        said.decision = how;
        run.approvals().resolve("ada", said, [](const engine::approve_answer&) {});
    }
    void allow(std::size_t index) { decide(index, protocol::client::approve_decision::allow); }
    void deny(std::size_t index) { decide(index, protocol::client::approve_decision::deny); }
    /// Until everything stands still that needs no person.
    void wait() { run.world().run_for(milliseconds(100)); }
};

tool_call guarded(const std::string& text) {
    return {"guarded_tool", {R"({"text":")" + text + R"("})"}};
}

/// Changes something in the world, or only looks at it.
class typed_probe final : public typed_tool<no_arguments> {
public:
    typed_probe(approval_policy policy, bool read_only)
        : typed_tool({
              .name = "probe",
              .description = "",
              .parameters = {"{}"},
              .read_only = read_only,
              .approve = policy,
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, no_arguments) const override {
        co_return value_of("1");
    }
};

task<tool_result> answer_one(engine::request_scope_ptr, boost::json::object) {
    co_return value_of("1");
}

task<tool_result> nap(engine::request_scope_ptr, boost::json::object) {
    co_await sleep_for(milliseconds(50));
    co_return value_of("1");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tool_approval)

BOOST_AUTO_TEST_CASE(the_policy_decides_who_is_asked_about) {
    using enum approval_policy;
    const auto asks = [](approval_policy policy, bool read_only) {
        return needs_approval(typed_probe(policy, read_only).spec());
    };
    BOOST_TEST(!asks(never, false));
    BOOST_TEST(!asks(never, true));
    BOOST_TEST(asks(always, false));
    BOOST_TEST(asks(always, true));
    BOOST_TEST(asks(unless_read_only, false));
    BOOST_TEST(!asks(unless_read_only, true));
    BOOST_TEST(protocol::name_of(unless_read_only) == "unless-read-only");
    BOOST_TEST((tool_spec().approve == never));
    BOOST_TEST(!tool_spec().read_only);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_holds_no_other_up) {
    approval_fixture f;
    f.limits.parallel_tools_max = 1;
    f.add("quick", answer_one);
    f.start({guarded("a"), {"quick", {"{}"}}, guarded("b"), {"quick", {"{}"}}});
    f.wait();
    BOOST_TEST(f.asked().size() == 2U);
    BOOST_TEST(f.completed().size() == 2U);
    BOOST_TEST(f.run.journal().suspended());
    f.allow(1);
    f.wait();
    BOOST_TEST(f.executing().back().tool_call_id == f.asked().at(1).tool_call_id);
    BOOST_TEST(f.run.journal().suspended());
    f.deny(0);
    f.run.finish();
    BOOST_TEST(!f.run.journal().suspended());
    const auto answers = std::get<std::vector<tool_answer>>(f.answers.value());
    BOOST_TEST(answers[0].ending.error.value() == "ada denied the call");
    BOOST_TEST(answers[2].ending.result.value().text == R"({"said":"b"})");
    BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
}

BOOST_AUTO_TEST_CASE(an_allowed_call_waits_for_its_place_like_any_other) {
    approval_fixture f;
    f.limits.parallel_tools_max = 1;
    f.add("nap", nap);
    f.start({guarded("a"), {"nap", {"{}"}}});
    f.run.world().run_for(milliseconds(10));
    f.allow(0);
    f.run.world().run_for(milliseconds(10));
    BOOST_TEST(f.resolved().size() == 1U);
    BOOST_TEST(f.executing().size() == 1U);
    f.run.finish();
    BOOST_TEST(f.executing().size() == 2U);
    BOOST_TEST(f.completed().at(0).tool_name == "nap");
}

BOOST_AUTO_TEST_CASE(the_run_is_suspended_only_while_nothing_is_at_work) {
    approval_fixture f;
    f.limits.parallel_tools_max = 1;
    f.add("nap", nap);
    f.start({guarded("a"), {"nap", {"{}"}}, {"nap", {"{}"}}, guarded("b")});
    for (int ms = 0; ms < 100; ms += 5) {
        f.run.world().run_for(milliseconds(5));
        // Also between the two naps.
        BOOST_TEST(f.run.journal().suspended() == (f.completed().size() == 2U));
    }
    f.wait();
    BOOST_TEST(f.run.journal().suspended());
    // One is denied: the run still waits for nothing but the other.
    f.deny(0);
    f.wait();
    BOOST_TEST(f.run.journal().suspended());
    f.deny(1);
    f.run.finish();
    BOOST_TEST(!f.run.journal().suspended());
}

BOOST_AUTO_TEST_CASE(the_time_in_which_it_is_suspended_is_counted) {
    approval_fixture f;
    f.start({guarded("a")});
    f.run.world().run_for(milliseconds(700));
    BOOST_TEST((f.run.journal().suspended_time() == milliseconds(700)));
    f.deny(0);
    f.run.finish();
    f.start({guarded("b")});
    f.run.world().run_for(milliseconds(300));
    BOOST_TEST((f.run.journal().suspended_time() == milliseconds(1000)));
    f.allow(1);
    f.run.finish();
    f.run.world().run_for(milliseconds(300));
    BOOST_TEST((f.run.journal().suspended_time() == milliseconds(1000)));
}

BOOST_AUTO_TEST_CASE(more_than_the_bound_are_refused_by_name_and_shown) {
    support::recorded_run_options with;
    with.journal.approvals_open_max = 2;
    approval_fixture f(std::move(with));
    f.start({guarded("a"), guarded("b"), guarded("c")});
    f.wait();
    BOOST_TEST(f.asked().size() == 2U);
    const std::string told = f.run.all<protocol::progress_update>().at(0).message;
    BOOST_TEST(
        told == "guarded_tool was not called: approvals_open_per_run_max (2) approvals are open"
    );
    BOOST_TEST(f.run.journal().suspended());
    f.deny(0);
    f.deny(1);
    f.run.finish();
    const auto answers = std::get<std::vector<tool_answer>>(f.answers.value());
    BOOST_TEST(told.ends_with(answers[2].ending.error.value()));
    BOOST_TEST(f.executing().empty());
    // Resolved ones leave room.
    f.start({guarded("d")});
    f.wait();
    f.deny(2);
    f.run.finish();
}

BOOST_AUTO_TEST_CASE(no_bound_is_none) {
    support::recorded_run_options with;
    with.journal.approvals_open_max = 0;
    approval_fixture f(std::move(with));
    f.start(std::vector<tool_call>(40, guarded("x")));
    f.wait();
    BOOST_TEST(f.asked().size() == 40U);
    for (std::size_t index = 0; index < 40; ++index)
        f.deny(index);
    f.run.finish();
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_about_a_call_that_cannot_be_made) {
    approval_fixture f;
    for (const char* arguments : {"{}", R"({"text":5})", "[]", "nonsense"}) {
        const tool_ending ending = f.call("guarded_tool", arguments);
        BOOST_TEST((ending.outcome == tool_outcome::error));
        BOOST_TEST(f.run.all<protocol::progress_update>().back().message.ends_with(
            "was not called: " + ending.error.value()
        ));
    }
    BOOST_TEST(f.call("guarded_tool").error.value() == "argument /text is required");
    BOOST_TEST(f.asked().empty());
    BOOST_TEST(f.executing().empty());
    BOOST_TEST((f.run.close(engine::run_completed{}).index() == 0U));
}

BOOST_AUTO_TEST_CASE(an_expired_call_is_an_answer_too) {
    support::recorded_run_options with;
    with.journal.approval_timeout = std::chrono::seconds(7);
    approval_fixture f(std::move(with));
    f.start({guarded("a")});
    f.run.finish();
    BOOST_TEST((f.elapsed() == std::chrono::seconds(7)));
    const auto answers = std::get<std::vector<tool_answer>>(f.answers.value());
    BOOST_TEST(
        answers[0].ending.error.value() == "nobody allowed the call before its approval expired"
    );
    BOOST_TEST((f.resolved().at(0).decision == approval_decision::expired));
    BOOST_TEST(f.executing().empty());
    BOOST_TEST(f.run.approvals().open_count("ada") == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_leaves_its_approval_to_the_closer) {
    approval_fixture f;
    f.start({guarded("a"), guarded("b")});
    f.wait();
    f.run.cancel();
    BOOST_CHECK_THROW(f.run.finish(), boost::system::system_error);
    BOOST_TEST(f.resolved().empty());
    BOOST_TEST((f.run.close(engine::run_cancelled{}).index() == 0U));
    BOOST_TEST(f.resolved().size() == 2U);
    BOOST_TEST((f.resolved().at(0).decision == approval_decision::cancelled));
    BOOST_TEST(f.run.approvals().open_count("ada") == 0U);
}

BOOST_AUTO_TEST_CASE(a_refusal_ends_the_waiting) {
    approval_fixture f;
    f.add("nap", nap);
    f.start({guarded("a"), {"nap", {"{}"}}});
    f.run.world().run_for(milliseconds(10));
    f.run.sink().break_down();
    f.run.finish();
    BOOST_TEST(std::holds_alternative<engine::refusal>(f.answers.value()));
    BOOST_TEST(f.executing().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
