#include "core/agents/tool_dispatcher.hpp"

#include "core/agents/agent_call.hpp"
#include "core/agents/agent_registry.hpp"
#include "core/agents/tool_batch.hpp"
#include "core/async/assert.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
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

std::string in_words(double number) {
    std::array<char, 32> digits{};
    const int length = std::snprintf(digits.data(), digits.size(), "%.10g", number);
    return {digits.data(), static_cast<std::size_t>(length)};
}

protocol::progress_update update_of(const std::string& tool, ports::tool_progress told) {
    constexpr double whole = 100;
    protocol::progress_update made;
    if (told.total && *told.total > 0) {
        const double percent = std::clamp(told.done / *told.total * whole, 0.0, whole);
        made.percent = static_cast<std::int64_t>(percent);
    }
    if (told.message.empty())
        told.message =
            in_words(told.done) + (told.total ? " of " + in_words(*told.total) : std::string());
    made.message = tool + ": " + told.message;
    return made;
}

std::int64_t whole_ms(duration time) {
    return std::chrono::duration_cast<milliseconds>(time).count();
}

}  // namespace

/// A tool at work between its two events. Whoever leaves early, by a cancel, stops it by that.
class tool_dispatcher::running_call {
public:
    running_call(tool_dispatcher& of, batch& work, std::shared_ptr<tool_invocation> started)
        : busy_(of, work.on), work_(work) {
        place_ = work_.running.insert(work_.running.end(), std::move(started));
    }
    running_call(const running_call&) = delete;
    running_call& operator=(const running_call&) = delete;
    ~running_call() {
        invocation().stop();
        work_.running.erase(place_);
    }

    tool_invocation& invocation() const { return **place_; }

private:
    busy busy_;
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

dispatch_limits limits_of(const agent& caller, const agent_registry& agents) {
    dispatch_limits limits = limits_of(caller);
    limits.agent_names = caller.agent_names();
    limits.agents = &agents;
    return limits;
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
      given_(limits_.tool_names),
      places_(limits_.parallel_tools_max) {
    CLARION_ASSERT(limits_.parallel_tools_max > 0);
    look_again();
    for (const std::string& name : limits_.agent_names)
        if (const agent* one = limits_.agents->find(name))
            agent_specs_.push_back(spec_of(*one));
}

tool_dispatcher::~tool_dispatcher() = default;

std::vector<const tool_spec*> tool_dispatcher::offered() const {
    std::vector<const tool_spec*> specs;
    for (const std::string& name : limits_.tool_names)
        if (const tool* one = tools_.find(name))
            specs.push_back(&one->spec());
    for (const tool_spec& one : agent_specs_)
        specs.push_back(&one);
    return specs;
}

std::vector<std::string> tool_dispatcher::names() const {
    std::vector<std::string> all = limits_.tool_names;
    for (const tool_spec& one : agent_specs_)
        all.push_back(one.name);
    return all;
}

std::int64_t tool_dispatcher::tools_ms() const {
    return whole_ms(tools_time_);
}

task<tool_dispatcher::answers>
tool_dispatcher::call(std::vector<tool_call> calls, checkpoint keep) {
    const executor on = co_await asio::this_coro::executor;
    batch work(*this, on.owner(), std::move(keep));
    for (tool_call& one : calls)
        work.places.emplace_back().asked = std::move(one);
    work.answers.resize(work.places.size());
    work.open = work.places.size();
    bridge_.begin_work(work.open);
    // The call in which this agent answers is no work of its own while its agent waits.
    if (limits_.depth > 1)
        bridge_.end_work();
    co_return co_await work_off(work);
}

task<tool_dispatcher::answers> tool_dispatcher::work_off(batch& work) {
    const executor on = co_await asio::this_coro::executor;
    if (work.open == 0 && limits_.depth > 1)
        bridge_.begin_work(1);
    std::vector<task<>> side_by_side;
    for (std::size_t index = 0; index < work.places.size(); ++index)
        if (!work.places[index].is_answered)
            side_by_side.push_back(answer_call(work, index));
    if (side_by_side.size() == 1)
        co_await std::move(side_by_side.front());
    else if (!side_by_side.empty())
        co_await together(on, std::move(side_by_side));
    if (work.refused)
        co_return answers(*std::move(work.refused));
    co_return answers(std::move(work.answers));
}

task<> tool_dispatcher::answer_call(batch& work, std::size_t index) {
    if (work.places[index].kept)
        co_return co_await go_on(work, index);
    checked_call call = check(std::move(work.places[index].asked));
    work.places[index].arguments = call.arguments.text;
    tool_answer& answer = work.answers[index];
    answer.tool_call_id = bridge_.new_tool_call_id();
    answer.tool_name = call.tool_name;
    if (call.needs_approval) {
        const permission given = co_await ask_for(work, index, call);
        if (given == permission::refused)
            co_return;
    }
    const permits::permit place = co_await places_.take();
    if (work.refused)
        co_return;
    if (call.is_agent)
        co_await call_agent(work, index, call);
    else
        co_await carry_out(work, index, call);
}

// Agents are tools of their own kind: the registry does not know them.
checked_call tool_dispatcher::check(tool_call call) const {
    const auto is_it = [&call](const tool_spec& one) {
        return one.name == call.tool_name;
    };
    if (std::ranges::none_of(agent_specs_, is_it))
        return check_call(std::move(call), tools_, limits_.tool_names);
    checked_call checked = check_form(std::move(call));
    checked.is_agent = true;
    if (!checked.problem && limits_.depth >= agent_depth_max)
        checked.problem =
            "agents may not call agents more than " + std::to_string(agent_depth_max) + " deep";
    return checked;
}

task<tool_dispatcher::permission>
tool_dispatcher::ask_for(batch& work, std::size_t index, checked_call& call) {
    if (call.problem) {
        co_await turn_away(work, index, *std::move(call.problem));
        work.answers[index].ending.has_bad_arguments = call.has_bad_arguments;
        co_return permission::refused;
    }
    engine::approval_request question;
    question.approval_id = bridge_.new_approval_id();
    question.tool_call_id = work.answers[index].tool_call_id;
    question.tool_name = call.tool_name;
    question.arguments = call.arguments;
    question.check = [called = call.called](const boost::json::object& edited) {
        return called->check_arguments(edited);
    };
    work.places[index].approval_id = question.approval_id;
    if (!call.called->digest().empty())
        work.places[index].digest = std::string(call.called->digest());
    engine::approval_verdict verdict = co_await bridge_.ask_approval(std::move(question));
    if (auto* unasked = std::get_if<engine::unasked>(&verdict)) {
        work.places[index].approval_id.reset();
        co_await turn_away(work, index, std::move(unasked->why));
        co_return permission::refused;
    }
    const permission given = take_verdict(work, index, call, std::move(verdict));
    if (given == permission::given)
        call.called->allowed();
    co_return given;
}

tool_dispatcher::permission tool_dispatcher::take_verdict(
    batch& work,
    std::size_t index,
    checked_call& call,
    engine::approval_verdict is
) {
    work.places[index].approval_id.reset();
    if (auto* allowed = std::get_if<engine::approved>(&is)) {
        replace_arguments(call, std::move(allowed->arguments));
        work.places[index].arguments = call.arguments.text;
        return permission::given;
    }
    if (auto* refused = std::get_if<engine::refusal>(&is)) {
        work.refuse(std::move(*refused));
        return permission::refused;
    }
    if (const auto* denied = std::get_if<engine::not_approved>(&is))
        work.answer(index, ending_without(*denied));
    else
        work.answer(
            index,
            failed_with(protocol::tool_outcome::error, std::get<engine::unasked>(is).why)
        );
    end_call(work);
    return permission::refused;
}

// An agent that answers a call goes on with the last answer it waits for.
void tool_dispatcher::end_call(batch& work) {
    if (--work.open == 0 && limits_.depth > 1)
        bridge_.begin_work(1);
}

// Whoever waited for the answers has been cancelled: nothing of it is at work any more, but the
// call in which this agent answers.
void tool_dispatcher::abandon(const batch& work) {
    if (work.open == 0 || work.refused)
        return;
    for (const batch::place& one : work.places)
        if (!one.is_answered && !one.approval_id && one.inside == nullptr)
            bridge_.end_work();
    if (limits_.depth > 1)
        bridge_.begin_work(1);
}

// A call that must not be shown as executing and that nobody can be asked about is still shown.
task<> tool_dispatcher::turn_away(batch& work, std::size_t index, std::string why) {
    work.answer(index, failed_with(protocol::tool_outcome::error, std::move(why)));
    const tool_answer& answer = work.answers[index];
    protocol::progress_update told;
    told.message = answer.tool_name + " was not called: " + *answer.ending.error;
    end_call(work);
    bridge_.end_work();
    auto refused = co_await emit(std::move(told));
    if (refused)
        work.refuse(*std::move(refused));
}

task<> tool_dispatcher::carry_out(batch& work, std::size_t index, checked_call& call) {
    protocol::tool_executing executing{
        .agent_name = request_->agent_name,
        .tool_call_id = work.answers[index].tool_call_id,
        .tool_name = call.tool_name,
        .arguments = call.arguments,
        .parent_tool_call_id = std::nullopt,
    };
    auto refused = co_await emit(std::move(executing));
    if (refused)
        co_return work.refuse(*std::move(refused));

    duration took{0};
    // A task of its own, which a cancel that came during the commit keeps from beginning.
    tool_ending ending = co_await run_tool(work, call, took);
    if (work.refused)
        co_return;
    work.answer(index, std::move(ending));
    co_await complete(work, index, took);
}

task<> tool_dispatcher::complete(batch& work, std::size_t index, duration took) {
    const tool_answer& answer = work.answers[index];
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
    end_call(work);
    bridge_.end_work();
    auto refused = co_await emit(std::move(completed));
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
        ending.has_bad_arguments = call.has_bad_arguments;
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
    tool_invocation& invocation = running.invocation();
    co_await invocation.wait();
    for (auto told = invocation.take_progress(); told; told = invocation.take_progress()) {
        protocol::progress_update shown = update_of(call.tool_name, *std::move(told));
        auto refused = co_await emit(std::move(shown));
        if (refused) {
            work.refuse(*std::move(refused));
            break;
        }
        co_await invocation.wait();
    }
    if (work.refused)
        co_return tool_ending();
    took = invocation.took();
    co_return invocation.ending();
}

task<std::optional<engine::refusal>> tool_dispatcher::emit(protocol::payload event) {
    engine::emit_verdict verdict = co_await bridge_.emit(std::move(event));
    if (auto* refused = std::get_if<engine::refusal>(&verdict))
        co_return std::move(*refused);
    co_return std::nullopt;
}

}  // namespace clarion::agents
