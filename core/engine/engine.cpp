#include "core/engine/engine.hpp"

#include "core/agents/batch_checkpoint.hpp"
#include "core/agents/token_sum.hpp"
#include "core/engine/checkpoint_text.hpp"
#include "core/protocol/json_writer.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace clarion::engine {

namespace {

agents::outcome failed_with(protocol::agent_error_code code, std::string message) {
    agents::failed gave_up;
    gave_up.code = code;
    gave_up.message = std::move(message);
    return gave_up;
}

}  // namespace

engine::engine(
    request_scope_ptr scope,
    bridge way_out,
    const agents::agent& agent,
    const surroundings& around,
    std::optional<work_checkpoint> kept
)
    : scope_(std::move(scope)),
      bridge_(std::move(way_out)),
      around_(around),
      agent_(&agent),
      kept_(std::move(kept)) {
    if (kept_) {
        handoffs_ = kept_->handoffs;
        usage_ = kept_->usage;
        auto later = std::make_shared<request_scope>(*scope_);
        later->agent_name = kept_->agent_name;
        later->handed = kept_->handed;
        scope_ = std::move(later);
    }
    let_in(agent);
    bridge_.keep(this);
}

void engine::let_in(const agents::agent& agent) {
    if (tools_)
        tools_ms_ += tools_->tools_ms();
    agent_ = &agent;
    tools_.emplace(
        scope_,
        bridge_,
        around_.tools,
        around_.calls,
        agents::limits_of(agent, around_.agents)
    );
}

task<agents::outcome> engine::run() {
    if (!kept_) {
        const bool announced = co_await announce();
        if (!announced)
            co_return agents::outcome(agents::stopped());
    }
    while (true) {
        agents::outcome how = co_await act();
        auto* handed = std::get_if<agents::handed_over>(&how);
        if (handed == nullptr)
            co_return with_usage(std::move(how));
        auto refused = co_await hand_over(std::move(*handed));
        if (refused)
            co_return with_usage(*std::move(refused));
    }
}

task<bool> engine::announce() {
    protocol::agent_started started{
        .agent_name = agent_->name(),
        .message_id = scope_->message_id,
        .context =
            {
                .model = agent_->model(),
                .tools = tools_->names(),
                .history_messages = scope_->history_messages,
            },
    };
    const emit_verdict announced = co_await bridge_.emit(std::move(started));
    co_return std::holds_alternative<emitted>(announced);
}

task<agents::outcome> engine::act() {
    if (!kept_)
        co_return co_await agent_->run(*scope_, bridge_, *tools_);
    auto work =
        read_own_checkpoint<agents::batch_checkpoint>(std::exchange(kept_, std::nullopt)->work.text
        );
    protocol::json_text agents_own = work.agent;
    tools_->restore(std::move(work));
    co_return co_await agent_->resume(*scope_, bridge_, *tools_, std::move(agents_own));
}

task<std::optional<agents::outcome>> engine::hand_over(agents::handed_over to) {
    using result = std::optional<agents::outcome>;
    const agents::agent* const next = around_.agents.find(to.to);
    if (next == nullptr)
        co_return result(failed_with(
            protocol::agent_error_code::agent_unavailable,
            "there is no agent named " + to.to
        ));
    if (handoffs_ == handoffs_per_run_max)
        co_return result(failed_with(
            protocol::agent_error_code::budget_exceeded,
            "the run was handed over more than " + std::to_string(handoffs_per_run_max) + " times"
        ));
    ++handoffs_;
    agents::add(usage_, to.usage);
    agents::add(usage_, tools_->spent());
    protocol::agent_handoff told;
    told.from = agent_->name();
    told.to = to.to;
    if (!to.reason.empty())
        told.reason = to.reason;
    const emit_verdict verdict = co_await bridge_.emit(std::move(told));
    if (std::holds_alternative<refusal>(verdict))
        co_return result(agents::stopped());
    auto later = std::make_shared<request_scope>(*scope_);
    later->agent_name = to.to;
    later->handed = handover{agent_->name(), std::move(to.reason), std::move(to.said)};
    scope_ = std::move(later);
    let_in(*next);
    co_return result();
}

// The run's usage is that of all who had a part in it.
agents::outcome engine::with_usage(agents::outcome how) const {
    std::optional<protocol::token_usage> all = usage_;
    agents::add(all, tools_->spent());
    if (auto* completed = std::get_if<agents::completed>(&how)) {
        agents::add(all, completed->usage);
        completed->usage = std::move(all);
    } else if (auto* failed = std::get_if<agents::failed>(&how)) {
        agents::add(all, failed->usage);
        failed->usage = std::move(all);
    }
    return how;
}

std::optional<work_checkpoint> engine::save() const {
    auto work = tools_->save();
    if (!work)
        return std::nullopt;
    work_checkpoint saved;
    saved.agent_name = agent_->name();
    saved.handoffs = handoffs_;
    saved.handed = scope_->handed;
    saved.usage = usage_;
    saved.tools_ms = tools_ms();
    saved.work.text = protocol::to_json(*work);
    return saved;
}

}  // namespace clarion::engine
