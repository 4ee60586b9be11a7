#include "core/agents/remote/remote_run.hpp"

#include "core/agents/tool.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/protocol/utf8.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>
#include <variant>

namespace clarion::agents::remote {

namespace {

// A long chain of thought is shown in steps of about this size.
constexpr std::size_t step_bytes = 16384;
// Of a `custom` event (PROTOCOL §4).
constexpr std::size_t extra_bytes_max = 16384;
constexpr std::size_t name_bytes_max = 256;

bool is_json(const std::string& text) {
    boost::system::error_code error;
    (void)boost::json::parse(text, error);
    return !error;
}

bool is_json_object(const std::string& text) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error);
    return !error && parsed.is_object();
}

std::string legal(std::string text) {
    text.resize(protocol::utf8_prefix_bytes(text));
    return text;
}

// What may stand as a tool's name, whatever the far side calls it.
std::string name_of_tool(std::string name) {
    if (name.size() > name_bytes_max)
        name.resize(name_bytes_max);
    name = legal(std::move(name));
    return name.empty() ? std::string("(no name)") : name;
}

// As the far side wrote it, in an object of its own if it is none.
std::string arguments_of(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos)
        return "{}";
    if (is_json_object(text))
        return text.substr(begin);
    return "{\"text\":" + protocol::to_json(legal(text)) + "}";
}

}  // namespace

task<outcome> remote_run::follow(ports::remote_stream& from) {
    while (true) {
        ports::remote_event event = co_await from.next();
        if (auto* failure = std::get_if<ports::remote_failure>(&event)) {
            failed gave_up;
            gave_up.code = failure->code;
            gave_up.message = std::move(failure->message);
            co_return outcome(std::move(gave_up));
        }
        if (std::holds_alternative<ports::remote_finished>(event)) {
            const shown closed = co_await close_all();
            co_return closed == shown::refused ? outcome(stopped()) : outcome(completed());
        }
        task<shown> step = std::visit(
            [this](auto& next) -> task<shown> {
                if constexpr (requires { this->show(std::move(next)); })
                    return this->show(std::move(next));
                else
                    return close_all();
            },
            event
        );
        const shown done = co_await std::move(step);
        if (done == shown::refused)
            co_return outcome(stopped());
        if (holds_too_much()) {
            failed gave_up;
            gave_up.code = protocol::agent_error_code::too_large;
            gave_up.message = "the remote agent leaves more open than can be held";
            co_return outcome(std::move(gave_up));
        }
    }
}

bool remote_run::holds_too_much() const {
    std::size_t bytes = thoughts_.size();
    for (const text& one : texts_)
        bytes += one.id.size() + one.waiting.size();
    for (const auto& [id, one] : calls_)
        bytes += id.size() + one.arguments.size();
    return texts_.size() + calls_.size() > ports::remote_open_max ||
           bytes > ports::remote_waiting_bytes_max;
}

task<remote_run::shown> remote_run::emit(protocol::payload event) {
    const engine::emit_verdict verdict = co_await bridge_.emit(std::move(event));
    co_return std::holds_alternative<engine::refusal>(verdict) ? shown::refused : shown::yes;
}

remote_run::text* remote_run::find_text(const std::string& id) {
    const auto found = std::ranges::find(texts_, id, &text::id);
    return found == texts_.end() ? nullptr : &*found;
}

// The first text is shown as it comes, the next one once that has ended.
task<remote_run::shown> remote_run::show_text() {
    while (!texts_.empty()) {
        text& first = texts_.front();
        std::string piece = std::exchange(first.waiting, {});
        if (!piece.empty()) {
            const shown thought = co_await show_thoughts();
            if (thought == shown::refused)
                co_return shown::refused;
            if (!reply_)
                reply_.emplace(bridge_, agent_name_);
            const engine::delta_verdict verdict = co_await reply_->write(std::move(piece));
            if (std::holds_alternative<engine::refusal>(verdict))
                co_return shown::refused;
        }
        if (!texts_.front().has_ended)
            co_return shown::yes;
        texts_.pop_front();
        if (!reply_)
            continue;
        const engine::emit_verdict verdict = co_await reply_->finish();
        reply_.reset();
        if (std::holds_alternative<engine::refusal>(verdict))
            co_return shown::refused;
    }
    co_return shown::yes;
}

task<remote_run::shown> remote_run::show(ports::remote_text_began next) {
    if (find_text(next.id) == nullptr)
        texts_.push_back({std::move(next.id)});
    co_return shown::yes;
}

task<remote_run::shown> remote_run::show(ports::remote_text next) {
    if (find_text(next.id) == nullptr)
        texts_.push_back({next.id});
    find_text(next.id)->waiting += next.piece;
    co_return co_await show_text();
}

task<remote_run::shown> remote_run::show(ports::remote_text_ended next) {
    if (text* const ended = find_text(next.id))
        ended->has_ended = true;
    co_return co_await show_text();
}

task<remote_run::shown> remote_run::show_thoughts() {
    if (thoughts_.find_first_not_of(" \t\r\n") == std::string::npos)
        co_return shown::yes;
    protocol::agent_thinking thought{
        .agent_name = agent_name_,
        .step_number = ++steps_,
        .reasoning = legal(std::exchange(thoughts_, {})),
        .parent_tool_call_id = std::nullopt,
    };
    co_return co_await emit(std::move(thought));
}

task<remote_run::shown> remote_run::show(ports::remote_reasoning next) {
    thoughts_ += next.piece;
    if (thoughts_.size() < step_bytes)
        co_return shown::yes;
    // A character that was cut in two waits for its other half.
    std::string rest = thoughts_.substr(thoughts_.size() - begun_sequence_bytes(thoughts_));
    thoughts_.resize(thoughts_.size() - rest.size());
    const shown done = co_await show_thoughts();
    thoughts_ = std::move(rest);
    co_return done;
}

task<remote_run::shown> remote_run::show(ports::remote_reasoning_ended) {
    return show_thoughts();
}

task<remote_run::shown> remote_run::show(ports::remote_call_began next) {
    if (calls_.contains(next.id))
        co_return shown::yes;
    const shown thought = co_await show_thoughts();
    call begun{bridge_.new_tool_call_id(), name_of_tool(std::move(next.name))};
    calls_.emplace(std::move(next.id), std::move(begun));
    co_return thought;
}

task<remote_run::shown> remote_run::show(ports::remote_call_arguments next) {
    const auto found = calls_.find(next.id);
    if (found != calls_.end() && !found->second.is_shown &&
        found->second.arguments.size() + next.piece.size() <= tool_arguments_bytes_max)
        found->second.arguments += next.piece;
    co_return shown::yes;
}

task<remote_run::shown> remote_run::show_call(call& made) {
    if (std::exchange(made.is_shown, true))
        co_return shown::yes;
    protocol::tool_executing executing{
        .agent_name = agent_name_,
        .tool_call_id = made.tool_call_id,
        .tool_name = made.name,
        .arguments = {arguments_of(std::exchange(made.arguments, {}))},
        .parent_tool_call_id = std::nullopt,
    };
    co_return co_await emit(std::move(executing));
}

task<remote_run::shown> remote_run::show(ports::remote_call_made next) {
    const auto found = calls_.find(next.id);
    if (found == calls_.end())
        co_return shown::yes;
    co_return co_await show_call(found->second);
}

task<remote_run::shown> remote_run::end_call(const std::string& id, protocol::tool_completed how) {
    const auto found = calls_.find(id);
    const shown begun = co_await show_call(found->second);
    how.agent_name = agent_name_;
    how.tool_call_id = found->second.tool_call_id;
    how.tool_name = found->second.name;
    calls_.erase(found);
    if (begun == shown::refused)
        co_return shown::refused;
    co_return co_await emit(std::move(how));
}

task<remote_run::shown> remote_run::show(ports::remote_call_ended next) {
    if (!calls_.contains(next.id))
        co_return shown::yes;
    protocol::tool_completed how;
    const std::string said = legal(std::move(next.content));
    if (said.size() > tool_result_bytes_max) {
        how.outcome = protocol::tool_outcome::error;
        how.error = "the result is too large (" + std::to_string(said.size()) + " bytes)";
    } else {
        how.result.emplace().text = is_json(said) ? said : protocol::to_json(said);
    }
    co_return co_await end_call(next.id, std::move(how));
}

task<remote_run::shown> remote_run::show(ports::remote_notice next) {
    protocol::progress_update told;
    told.message = legal(std::move(next.text));
    co_return co_await emit(std::move(told));
}

task<remote_run::shown> remote_run::show(ports::remote_extra next) {
    if (next.data.text.size() > extra_bytes_max) {
        ports::remote_notice left_out;
        left_out.text = name_of_tool(std::move(next.name)) +
                        " is left out, because it is too large (" +
                        std::to_string(next.data.text.size()) + " bytes)";
        co_return co_await show(std::move(left_out));
    }
    protocol::custom passed;
    passed.name = name_of_tool(std::move(next.name));
    passed.data = std::move(next.data);
    co_return co_await emit(std::move(passed));
}

// The far side has finished: what it left open is not going to be closed by it.
task<remote_run::shown> remote_run::close_all() {
    for (text& open : texts_)
        open.has_ended = true;
    shown done = co_await show_text();
    if (done == shown::yes)
        done = co_await show_thoughts();
    while (done == shown::yes && !calls_.empty()) {
        protocol::tool_completed how;
        how.outcome = protocol::tool_outcome::error;
        how.error = "the remote agent told no result";
        const std::string id = calls_.begin()->first;
        done = co_await end_call(id, std::move(how));
    }
    co_return done;
}

}  // namespace clarion::agents::remote
