// What is kept of the calls under way, and how they go on in another engine.
#include "core/agents/tool_batch.hpp"

#include "core/protocol/json_writer.hpp"

#include <utility>

namespace clarion::agents {

namespace {

tool_ending ending_of(const call_checkpoint& kept) {
    tool_ending ending;
    ending.outcome = *kept.outcome;
    ending.result = kept.result;
    ending.error = kept.error;
    ending.has_bad_arguments = kept.has_bad_arguments.value_or(false);
    return ending;
}

// A person has allowed the tool as it was when it was asked about, and no other.
bool has_become_another(const std::optional<std::string>& asked_about, const tool& now) {
    return asked_about ? *asked_about != now.digest() : now.has_changed();
}

}  // namespace

void tool_dispatcher::restore(batch_checkpoint kept) {
    spent_ = std::exchange(kept.spent, std::nullopt);
    restored_ = std::move(kept);
}

std::optional<batch_checkpoint> tool_dispatcher::save() const {
    if (current_ == nullptr || !current_->keep)
        return std::nullopt;
    batch_checkpoint made;
    for (std::size_t index = 0; index < current_->places.size(); ++index) {
        const batch::place& place = current_->places[index];
        const tool_answer& answer = current_->answers[index];
        call_checkpoint& call = made.calls.emplace_back();
        call.tool_call_id = answer.tool_call_id;
        call.tool_name = answer.tool_name;
        call.arguments = place.arguments;
        if (place.is_answered) {
            call.outcome = answer.ending.outcome;
            call.result = answer.ending.result;
            call.error = answer.ending.error;
            if (answer.ending.has_bad_arguments)
                call.has_bad_arguments = true;
        } else if (place.approval_id) {
            call.approval_id = place.approval_id;
            call.digest = place.digest;
        } else {
            const auto inside = place.inside == nullptr ? std::nullopt : place.inside->save();
            if (!inside)
                return std::nullopt;
            call.began_ms = place.began_ms;
            call.said = place.heard->text;
            call.used = place.heard->used;
            call.inside.emplace().text = protocol::to_json(*inside);
        }
    }
    made.spent = spent_;
    made.agent = current_->keep();
    return made;
}

task<tool_dispatcher::answers> tool_dispatcher::resume(checkpoint keep) {
    CLARION_ASSERT(restored_);
    const executor on = co_await asio::this_coro::executor;
    batch work(*this, on.owner(), std::move(keep));
    for (call_checkpoint& kept : restored_->calls) {
        batch::place& place = work.places.emplace_back();
        place.asked = {kept.tool_name, {kept.arguments}};
        place.arguments = kept.arguments;
        tool_answer& answer = work.answers.emplace_back();
        answer.tool_call_id = kept.tool_call_id;
        answer.tool_name = kept.tool_name;
        place.is_answered = kept.outcome.has_value();
        if (place.is_answered) {
            answer.ending = ending_of(kept);
            continue;
        }
        ++work.open;
        place.approval_id = kept.approval_id;
        place.digest = kept.digest;
        place.began_ms = kept.began_ms;
        place.kept = std::move(kept);
    }
    restored_.reset();
    co_return co_await work_off(work);
}

// An approval that was asked for is heard; an agent goes on.
task<> tool_dispatcher::go_on(batch& work, std::size_t index) {
    batch::place& place = work.places[index];
    checked_call call = check(place.asked);
    if (place.kept->inside)
        co_return co_await call_agent(work, index, call);
    engine::approval_verdict verdict = co_await bridge_.hear_approval(*place.approval_id);
    const permission given = take_verdict(work, index, call, std::move(verdict));
    if (given == permission::refused)
        co_return;
    if (call.called != nullptr && has_become_another(place.digest, *call.called))
        call.problem = call.tool_name + " describes itself otherwise than when it was allowed";
    else if (call.called != nullptr)
        call.called->allowed();
    const permits::permit held = co_await places_.take();
    if (!work.refused)
        co_await carry_out(work, index, call);
}

}  // namespace clarion::agents
