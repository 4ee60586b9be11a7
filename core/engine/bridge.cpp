#include "core/engine/bridge.hpp"

#include "core/agents/token_sum.hpp"
#include "core/engine/run_journal.hpp"

#include <type_traits>
#include <utility>

namespace clarion::engine {

namespace {

refusal handed_on() {
    return {refusal::cause::revoked, "another engine has the run"};
}

}  // namespace

bool bridge::is_current() const {
    return journal_->is_current(activation_);
}

task<emit_verdict> bridge::emit(protocol::payload event) {
    if (!is_current()) {
        journal_->note_late_call();
        co_return handed_on();
    }
    if (tool_call_id_) {
        if (const auto* summary = std::get_if<protocol::final_report>(&event))
            if (auto too_large = gather(summary->text))
                co_return *std::move(too_large);
        if (!put_under_call(event))
            co_return emitted();
    }
    co_return co_await journal_->emit(std::move(event));
}

task<delta_verdict>
bridge::delta(std::string agent_name, std::string message_id, std::string text) {
    if (!is_current()) {
        journal_->note_late_call();
        co_return handed_on();
    }
    if (tool_call_id_) {
        if (auto too_large = gather(text))
            co_return *std::move(too_large);
        co_return gathered();
    }
    co_return co_await journal_
        ->delta(std::move(agent_name), std::move(message_id), std::move(text));
}

bool bridge::put_under_call(protocol::payload& event) {
    const auto place = [this](auto& one) {
        using event_t = std::decay_t<decltype(one)>;
        if constexpr (requires { one.parent_tool_call_id; }) {
            one.parent_tool_call_id = tool_call_id_;
            return true;
        } else if constexpr (std::is_same_v<event_t, protocol::assistant_message>) {
            if (!heard_->text.empty())
                heard_->text += "\n\n";
            return false;
        } else {
            return !std::is_same_v<event_t, protocol::final_report>;
        }
    };
    return std::visit(place, event);
}

std::optional<refusal> bridge::gather(std::string_view text) {
    if (heard_->text.size() + text.size() > heard_->bytes_max) {
        heard_->is_too_large = true;
        return refusal{
            refusal::cause::too_large,
            "the answer grows beyond " + std::to_string(heard_->bytes_max) + " bytes"
        };
    }
    heard_->text += text;
    return std::nullopt;
}

bridge bridge::under_call(std::string tool_call_id, call_text& heard) const {
    bridge made(journal_, activation_);
    made.tool_call_id_ = std::move(tool_call_id);
    made.heard_ = &heard;
    return made;
}

void bridge::begin_work(std::size_t calls) {
    if (is_current())
        journal_->begin_work(calls);
}

void bridge::end_work() {
    if (is_current())
        journal_->end_work();
}

task<approval_verdict> bridge::ask_approval(approval_request asked) {
    if (!is_current())
        co_return handed_on();
    co_return co_await journal_->approvals().ask(std::move(asked));
}

task<approval_verdict> bridge::hear_approval(std::string approval_id) {
    if (!is_current())
        co_return handed_on();
    co_return co_await journal_->approvals().hear(std::move(approval_id));
}

void bridge::keep(const work_keeper* keeper) {
    if (is_current())
        journal_->keep(keeper);
}

void bridge::note_at_work() {
    if (is_current())
        journal_->note_at_work();
}

void bridge::add_model_time(duration spent) {
    journal_->add_model_time(spent);
}

void bridge::add_usage(const protocol::token_usage& more) {
    journal_->add_usage(more);
    if (heard_ != nullptr)
        agents::add(heard_->used, more);
}

std::int64_t bridge::used_tokens() const {
    return journal_->used() ? journal_->used()->total_tokens : 0;
}

std::string bridge::new_message_id() {
    return journal_->new_id("m_");
}

std::string bridge::new_tool_call_id() {
    return journal_->new_id("t_");
}

std::string bridge::new_approval_id() {
    return journal_->new_id("ap_");
}

}  // namespace clarion::engine
