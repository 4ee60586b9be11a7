#include "core/agents/agent_call.hpp"

#include "core/agents/agent_registry.hpp"
#include "core/agents/token_sum.hpp"
#include "core/agents/tool_arguments.hpp"
#include "core/agents/tool_batch.hpp"
#include "core/async/first_of.hpp"
#include "core/engine/checkpoint_text.hpp"
#include "core/protocol/json_writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <memory>
#include <utility>
#include <variant>

namespace clarion::agents {

using protocol::tool_outcome;

namespace {

struct agent_task {
    std::string task;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("task", self.task, protocol::rules::not_empty);
    }
};

engine::request_scope_ptr scope_within(
    const engine::request_scope& caller,
    const agent& callee,
    const std::string& tool_call_id,
    std::string asked
) {
    auto scope = std::make_shared<engine::request_scope>(caller);
    scope->agent_name = callee.name();
    scope->text = std::move(asked);
    scope->handed.reset();
    scope->parent_tool_call_id = tool_call_id;
    return scope;
}

dispatch_limits
limits_within(const dispatch_limits& caller, const agent& callee, const agent_registry& agents) {
    dispatch_limits limits = limits_of(callee, agents);
    limits.depth = caller.depth + 1;
    return limits;
}

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

}  // namespace

tool_spec spec_of(const agent& callee) {
    tool_spec spec;
    spec.name = std::string(agent_tool_prefix) + callee.name();
    spec.description = callee.description();
    spec.parameters.text =
        R"({"type":"object","properties":{"task":{"type":"string","minLength":1,"description":)"
        R"("What it is to do, with all it has to know: it sees nothing else."}},"required":["task"]})";
    return spec;
}

tool_dispatcher::agent_call::agent_call(
    tool_dispatcher& of,
    const agent& callee,
    const std::string& tool_call_id,
    std::string asked
)
    : of_(of),
      callee_(callee),
      request_(scope_within(*of.request_, callee, tool_call_id, std::move(asked))),
      bridge_(of.bridge_.under_call(tool_call_id, heard_)),
      tools_(
          request_,
          bridge_,
          of.tools_,
          of.calls_,
          limits_within(of.limits_, callee, *of.limits_.agents)
      ) {}

task<std::optional<tool_ending>> tool_dispatcher::agent_call::answer() {
    return end_of(callee_.run(*request_, bridge_, tools_));
}

task<std::optional<tool_ending>> tool_dispatcher::agent_call::go_on(const call_checkpoint& from) {
    auto kept = engine::read_own_checkpoint<batch_checkpoint>(from.inside->text);
    heard_.text = from.said.value_or("");
    heard_.used = from.used;
    protocol::json_text own = kept.agent;
    tools_.restore(std::move(kept));
    return end_of(callee_.resume(*request_, bridge_, tools_, std::move(own)));
}

// Around one call: one of the four places where exceptions are caught. A cancel is none of them.
task<std::optional<tool_ending>> tool_dispatcher::agent_call::end_of(clarion::task<outcome> work) {
    using result = std::optional<tool_ending>;
    const executor on = co_await asio::this_coro::executor;
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const duration limit =
        std::min(callee_.run_deadline().value_or(agent_call_timeout), agent_call_timeout);
    std::string failure;
    try {
        auto ended = co_await before(on.owner().now() + limit, std::move(work));
        if (ended)
            co_return ending_of_work(*std::move(ended));
        count_unfinished();
        const auto ms = std::chrono::duration_cast<milliseconds>(limit).count();
        co_return result(failed_with(
            tool_outcome::timeout,
            callee_.name() + " did not finish within " + std::to_string(ms) + " ms"
        ));
    } catch (const std::exception& error) {
        if (state.cancelled() != asio::cancellation_type::none)
            throw;
        failure = error.what();
    }
    count_unfinished();
    co_return result(failed_with(tool_outcome::error, std::move(failure)));
}

// It did not get to say what it has used.
void tool_dispatcher::agent_call::count_unfinished() {
    agents::add(of_.spent_, tools_.spent());
    agents::add(of_.spent_, heard_.used);
}

std::optional<tool_ending> tool_dispatcher::agent_call::ending_of_work(outcome how) {
    agents::add(of_.spent_, tools_.spent());
    if (auto* completed = std::get_if<agents::completed>(&how)) {
        agents::add(of_.spent_, completed->usage);
        tool_value said;
        said.result.text = protocol::to_json(trimmed(heard_.text));
        return agents::ending_of(std::move(said));
    }
    if (auto* failed = std::get_if<agents::failed>(&how)) {
        agents::add(of_.spent_, failed->usage);
        const std::string code(name_of(failed->code));
        return failed_with(tool_outcome::error, code + ": " + failed->message);
    }
    agents::add(of_.spent_, heard_.used);
    if (std::holds_alternative<handed_over>(how))
        return failed_with(tool_outcome::error, "a run cannot be handed over within a call");
    if (!heard_.is_too_large)
        return std::nullopt;
    return failed_with(
        tool_outcome::error,
        "too_large: the answer is more than " + std::to_string(heard_.bytes_max) + " bytes"
    );
}

task<> tool_dispatcher::call_agent(batch& work, std::size_t index, checked_call& call) {
    batch::place& place = work.places[index];
    const bool goes_on = place.kept.has_value();
    const std::string tool_call_id = work.answers[index].tool_call_id;
    if (!goes_on) {
        protocol::tool_executing executing{
            .agent_name = request_->agent_name,
            .tool_call_id = tool_call_id,
            .tool_name = call.tool_name,
            .arguments = call.arguments,
            .parent_tool_call_id = std::nullopt,
        };
        auto refused = co_await emit(std::move(executing));
        if (refused)
            co_return work.refuse(*std::move(refused));
        place.began_ms = work.on.wall_ms();
    }
    const agent* const callee =
        limits_.agents->find(std::string_view(call.tool_name).substr(agent_tool_prefix.size()));
    auto read = read_arguments<agent_task>(call.parsed);
    const auto* wrong = std::get_if<tool_failure>(&read);
    std::optional<tool_ending> ending;
    if (call.problem || callee == nullptr) {
        ending = failed_with(tool_outcome::error, call.problem.value_or("there is no such agent"));
        ending->has_bad_arguments = call.has_bad_arguments;
    } else if (wrong != nullptr) {
        ending = failed_with(tool_outcome::error, wrong->message);
        ending->has_bad_arguments = true;
    } else {
        const busy counted(*this, work.on);
        agent_call inside(*this, *callee, tool_call_id, std::get<agent_task>(read).task);
        const batch::tenant known(place, inside.tools(), inside.heard());
        if (goes_on)
            ending = co_await inside.go_on(*place.kept);
        else
            ending = co_await inside.answer();
    }
    if (!ending && !work.refused)
        work.refuse({engine::refusal::cause::revoked, "the run was refused"});
    if (work.refused)
        co_return;
    work.answer(index, *std::move(ending));
    co_await complete(work, index, milliseconds(work.on.wall_ms() - *place.began_ms));
}

}  // namespace clarion::agents
