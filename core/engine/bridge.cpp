#include "core/engine/bridge.hpp"

#include "core/engine/run_journal.hpp"

#include <utility>

namespace clarion::engine {

task<emit_verdict> bridge::emit(protocol::payload event) {
    return journal_->emit(std::move(event));
}

task<delta_verdict>
bridge::delta(std::string agent_name, std::string message_id, std::string text) {
    return journal_->delta(std::move(agent_name), std::move(message_id), std::move(text));
}

void bridge::begin_work(std::size_t calls) {
    journal_->begin_work(calls);
}

void bridge::end_work() {
    journal_->end_work();
}

task<approval_verdict> bridge::ask_approval(approval_request asked) {
    return journal_->ask_approval(std::move(asked));
}

void bridge::add_model_time(duration spent) {
    journal_->add_model_time(spent);
}

std::string bridge::new_message_id() {
    return journal_->new_id("m_");
}

std::string bridge::new_tool_call_id() {
    return journal_->new_id("t_");
}

}  // namespace clarion::engine
