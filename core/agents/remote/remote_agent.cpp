#include "core/agents/remote/remote_agent.hpp"

#include "core/agents/remote/remote_run.hpp"
#include "core/engine/sha256.hpp"
#include "core/ports/history.hpp"
#include "core/protocol/json_writer.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace clarion::agents::remote {

namespace {

ports::remote_message message_of(ports::past_message&& past) {
    ports::remote_message made;
    made.id = "seq_" + std::to_string(past.seq);
    made.by = past.by == ports::author::user ? ports::remote_message::author::user
                                             : ports::remote_message::author::assistant;
    made.text = std::move(past.text);
    return made;
}

std::string question_of(const engine::request_scope& request) {
    if (!request.handed || request.handed->reason.empty())
        return request.text;
    return request.text + "\n\n[handed over by " + request.handed->from + ": " +
           request.handed->reason + "]";
}

// A thread's id is its user's own: two users may have the same one, and a user may have it again
// after the thread was deleted, while the far side may keep what it was told under it.
std::string thread_of(const engine::request_scope& request) {
    std::string name;
    protocol::object_writer writer(name);
    writer("user_id", request.key.user_id);
    writer("thread_id", request.key.thread_id);
    writer("epoch", request.epoch);
    writer.end();
    return engine::sha256_hex(name);
}

// Calls of one run are runs of their own to the far side.
std::string run_of(const engine::request_scope& request) {
    if (!request.parent_tool_call_id)
        return request.run_id;
    return request.run_id + "." + *request.parent_tool_call_id;
}

}  // namespace

remote_agent::remote_agent(remote_agent_settings settings, ports::remote_agents& agents)
    : settings_(std::move(settings)), agents_(agents) {}

task<outcome>
remote_agent::run(const engine::request_scope& request, engine::bridge& bridge, tool_dispatcher&)
    const {
    const executor on = co_await asio::this_coro::executor;
    ports::remote_request asked;
    asked.thread_id = thread_of(request);
    asked.run_id = run_of(request);
    if (request.history && !request.parent_tool_call_id) {
        ports::history_result past = co_await request.history->newest(settings_.history_messages);
        if (auto* missing = std::get_if<ports::history_unavailable>(&past)) {
            failed gave_up;
            gave_up.code = protocol::agent_error_code::storage_unavailable;
            gave_up.message = std::move(missing->reason);
            co_return outcome(std::move(gave_up));
        }
        for (ports::past_message& one : std::get<std::vector<ports::past_message>>(past))
            asked.messages.push_back(message_of(std::move(one)));
    }
    ports::remote_message question;
    question.id = request.message_id;
    question.text = question_of(request);
    asked.messages.push_back(std::move(question));
    const std::unique_ptr<ports::remote_stream> stream =
        agents_.begin(settings_.name, std::move(asked), on);
    remote_run shown(bridge, settings_.name);
    co_return co_await shown.follow(*stream);
}

}  // namespace clarion::agents::remote
