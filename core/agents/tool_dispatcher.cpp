#include "core/agents/tool_dispatcher.hpp"

#include "core/async/assert.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <utility>

namespace clarion::agents {

namespace {

/// Runs them side by side; ends when all have ended. The first failure cancels the others and is
/// thrown then; cancelling it cancels all.
task<> together(executor on, std::vector<task<>> works) {
    task_group side_by_side(on);
    for (task<>& work : works)
        side_by_side.spawn(std::move(work));
    co_await side_by_side.join_or_cancel();
}

tool_ending ending_without(const engine::not_approved& how) {
    std::string why = "nobody allowed the call before its approval expired";
    if (how.decision == protocol::approval_decision::deny)
        why = how.by + " denied the call" + (how.note ? ": " + *how.note : std::string());
    return failed_with(protocol::tool_outcome::error, std::move(why));
}

std::int64_t whole_ms(duration time) {
    return std::chrono::duration_cast<milliseconds>(time).count();
}

}  // namespace

/// The calls of one `call`.
struct tool_dispatcher::batch {
    batch(scheduler& shard, std::vector<tool_call> wanted)
        : on(shard), calls(std::move(wanted)), answers(calls.size()) {}

    void refuse(engine::refusal why) {
        if (!refused)
            refused = std::move(why);
        for (const auto& invocation : running)
            invocation->stop();
    }

    scheduler& on;
    std::vector<tool_call> calls;
    std::vector<tool_answer> answers;
    std::list<std::shared_ptr<tool_invocation>> running;
    std::optional<engine::refusal> refused;
};

/// A tool at work between its two events. Whoever leaves early, by a cancel, stops it by that.
class tool_dispatcher::running_call {
public:
    running_call(tool_dispatcher& of, batch& work, std::shared_ptr<tool_invocation> started)
        : of_(of), work_(work) {
        place_ = work_.running.insert(work_.running.end(), std::move(started));
        if (of_.running_++ == 0)
            of_.running_since_ = work_.on.now();
    }
    running_call(const running_call&) = delete;
    running_call& operator=(const running_call&) = delete;
    ~running_call() {
        invocation().stop();
        work_.running.erase(place_);
        if (--of_.running_ == 0)
            of_.tools_time_ += work_.on.now() - of_.running_since_;
    }

    tool_invocation& invocation() const { return **place_; }

private:
    tool_dispatcher& of_;
    batch& work_;
    std::list<std::shared_ptr<tool_invocation>>::iterator place_;
};

dispatch_limits limits_of(const agent& caller) {
    return {
        .parallel_tools_max = caller.parallel_tools_max(),
        .tool_names = caller.tool_names(),
        .tool_timeout = caller.tool_timeout(),
    };
}

tool_dispatcher::tool_dispatcher(
    engine::request_scope_ptr request,
    engine::bridge& bridge,
    const tool_registry& tools,
    task_group& calls,
    dispatch_limits limits
)
    : request_(std::move(request)),
      bridge_(bridge),
      tools_(tools),
      calls_(calls),
      limits_(std::move(limits)),
      places_(limits_.parallel_tools_max) {
    CLARION_ASSERT(limits_.parallel_tools_max > 0);
}

std::vector<const tool_spec*> tool_dispatcher::offered() const {
    std::vector<const tool_spec*> specs;
    for (const std::string& name : limits_.tool_names)
        if (const tool* one = tools_.find(name))
            specs.push_back(&one->spec());
    return specs;
}

std::int64_t tool_dispatcher::tools_ms() const {
    return whole_ms(tools_time_);
}

task<tool_dispatcher::answers> tool_dispatcher::call(std::vector<tool_call> calls) {
    const executor on = co_await asio::this_coro::executor;
    batch work(on.owner(), std::move(calls));
    const std::size_t count = work.calls.size();
    bridge_.begin_work(count);
    if (count > 1) {
        std::vector<task<>> side_by_side;
        for (std::size_t index = 0; index < count; ++index)
            side_by_side.push_back(answer_call(work, index));
        co_await together(on, std::move(side_by_side));
    } else if (count == 1) {
        co_await answer_call(work, 0);
    }
    if (work.refused)
        co_return answers(*std::move(work.refused));
    co_return answers(std::move(work.answers));
}

task<> tool_dispatcher::answer_call(batch& work, std::size_t index) {
    checked_call call = check_call(std::move(work.calls[index]), tools_, limits_.tool_names);
    tool_answer& answer = work.answers[index];
    answer.tool_call_id = bridge_.new_tool_call_id();
    answer.tool_name = call.tool_name;
    if (call.needs_approval) {
        const permission given = co_await ask_for(work, call, answer);
        if (given == permission::refused)
            co_return;
    }
    const permits::permit place = co_await places_.take();
    if (!work.refused)
        co_await carry_out(work, call, answer);
}

task<tool_dispatcher::permission>
tool_dispatcher::ask_for(batch& work, checked_call& call, tool_answer& answer) {
    if (call.problem) {
        co_await turn_away(work, answer, *std::move(call.problem));
        co_return permission::refused;
    }
    engine::approval_request question;
    question.tool_call_id = answer.tool_call_id;
    question.tool_name = answer.tool_name;
    question.arguments = call.arguments;
    question.check = [called = call.called](const boost::json::object& edited) {
        return called->check_arguments(edited);
    };
    engine::approval_verdict verdict = co_await bridge_.ask_approval(std::move(question));
    if (auto* refused = std::get_if<engine::refusal>(&verdict))
        work.refuse(std::move(*refused));
    else if (auto* unasked = std::get_if<engine::unasked>(&verdict))
        co_await turn_away(work, answer, std::move(unasked->why));
    else if (const auto* denied = std::get_if<engine::not_approved>(&verdict))
        answer.ending = ending_without(*denied);
    auto* allowed = std::get_if<engine::approved>(&verdict);
    if (allowed == nullptr)
        co_return permission::refused;
    if (allowed->arguments)
        replace_arguments(call, *std::move(allowed->arguments));
    co_return permission::given;
}

// A call that must not be shown as executing and that nobody can be asked about is still shown.
task<> tool_dispatcher::turn_away(batch& work, tool_answer& answer, std::string why) {
    answer.ending = failed_with(protocol::tool_outcome::error, std::move(why));
    protocol::progress_update told;
    told.message = answer.tool_name + " was not called: " + *answer.ending.error;
    bridge_.end_work();
    auto refused = co_await emit(std::move(told));
    if (refused)
        work.refuse(*std::move(refused));
}

task<> tool_dispatcher::carry_out(batch& work, checked_call& call, tool_answer& answer) {
    protocol::tool_executing executing{
        .agent_name = request_->agent_name,
        .tool_call_id = answer.tool_call_id,
        .tool_name = call.tool_name,
        .arguments = call.arguments,
        .parent_tool_call_id = std::nullopt,
    };
    auto refused = co_await emit(std::move(executing));
    if (refused)
        co_return work.refuse(*std::move(refused));

    duration took{0};
    // A task of its own, which a cancel that came during the commit keeps from beginning.
    answer.ending = co_await run_tool(work, call, took);
    if (work.refused)
        co_return;
    protocol::tool_completed completed{
        .agent_name = request_->agent_name,
        .tool_call_id = answer.tool_call_id,
        .tool_name = answer.tool_name,
        .outcome = answer.ending.outcome,
        .result = answer.ending.result,
        .error = answer.ending.error,
        .duration_ms = whole_ms(took),
        .parent_tool_call_id = std::nullopt,
    };
    bridge_.end_work();
    refused = co_await emit(std::move(completed));
    if (refused)
        work.refuse(*std::move(refused));
}

task<tool_ending> tool_dispatcher::run_tool(batch& work, checked_call& call, duration& took) {
    if (work.refused)
        co_return tool_ending();
    if (call.problem) {
        tool_ending ending;
        ending.outcome = protocol::tool_outcome::error;
        ending.error = std::move(call.problem);
        co_return ending;
    }
    running_call running(
        *this,
        work,
        tool_invocation::start(
            *call.called,
            limits_.tool_timeout,
            request_,
            std::move(call.parsed),
            work.on,
            calls_
        )
    );
    co_await running.invocation().wait();
    took = running.invocation().took();
    co_return running.invocation().ending();
}

task<std::optional<engine::refusal>> tool_dispatcher::emit(protocol::payload event) {
    engine::emit_verdict verdict = co_await bridge_.emit(std::move(event));
    if (auto* refused = std::get_if<engine::refusal>(&verdict))
        co_return std::move(*refused);
    co_return std::nullopt;
}

}  // namespace clarion::agents
