#include "core/canary/canary_round.hpp"

#include "core/canary/canary_agent.hpp"
#include "core/protocol/client_frames.hpp"
#include "core/protocol/json_writer.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <utility>

namespace clarion::canary {

namespace {

namespace client = protocol::client;
namespace json = boost::json;

// What a run of the canary's agent cannot be without (PROTOCOL §4), in this order.
constexpr std::array<std::string_view, 7> critical_events{
    "user_message",
    "agent_started",
    "agent_thinking",
    "tool_executing",
    "tool_completed",
    "assistant_message",
    "agent_completed",
};

template <class Body>
std::string text_of(const Body& body, const std::string& id) {
    std::string text;
    protocol::object_writer writer(text);
    writer("type", Body::type);
    Body::describe(body, writer);
    writer("id", id);
    writer.end();
    return text;
}

// Empty when it is not there or no text.
std::string text_at(const json::object& in, std::string_view field) {
    const json::value* found = in.if_contains(field);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
}

// -1 when it is not there or no number.
std::int64_t number_at(const json::object& in, std::string_view field) {
    const json::value* found = in.if_contains(field);
    return found != nullptr && found->is_int64() ? found->get_int64() : -1;
}

const json::object& object_at(const json::object& in, std::string_view field) {
    static const json::object none;
    const json::value* found = in.if_contains(field);
    return found != nullptr && found->is_object() ? found->get_object() : none;
}

bool is_critical(const json::object& event) {
    const json::value* found = event.if_contains("critical");
    return found == nullptr || !found->is_bool() || found->get_bool();
}

// About the server as a whole, and so allowed to come at any time.
bool is_aside(std::string_view type) {
    return type == "agents";
}

std::string described(const std::string& type, const json::object& body) {
    if (type != "error")
        return type;
    return "error " + text_at(body, "code") + " (" + text_at(body, "message") + ")";
}

}  // namespace

std::string trouble::sentence() const {
    return step + ": expected " + expected + ", came " + came;
}

task<std::optional<trouble>> round::run() {
    static constexpr std::array<step, 8> steps{
        &round::connect,
        &round::clear,
        &round::subscribe_bystander,
        &round::ask,
        &round::follow,
        &round::look_at_bystander,
        &round::clear_up,
        &round::part,
    };
    for (const step each : steps) {
        auto failed = co_await (this->*each)();
        if (failed)
            co_return failed;
    }
    co_return std::nullopt;
}

task<round::verdict> round::connect() {
    auto failed = co_await open(speaker_, speaker);
    if (failed)
        co_return failed;
    co_return co_await open(bystander_, bystander);
}

task<round::verdict> round::open(wire_ptr& into, const char* user_id) {
    step_ = std::string("the connection of ") + user_id;
    expected_ = "an upgrade";
    const pass::ticket ticket = pass_.issue(user_id);
    dial_result dialled = co_await dial_(ticket.credential());
    if (const auto* refused = std::get_if<wire_closed>(&dialled))
        co_return wrong(refused->how);
    into = std::get<wire_ptr>(std::move(dialled));
    frame welcome;
    auto failed = co_await next_of(*into, "welcome", welcome);
    if (failed)
        co_return failed;
    if (text_at(welcome.body, "user_id") != user_id)
        co_return wrong("a welcome for another user");
    if (welcome.body.contains("degraded"))
        co_return wrong("a welcome with degraded " + json::serialize(welcome.body.at("degraded")));
    co_return std::nullopt;
}

// A round that was cut off, by a crash or by its deadline, leaves its thread.
task<round::verdict> round::clear() {
    step_ = "the deletion of what an earlier round left";
    const client::delete_thread body{thread_id};
    auto failed = co_await send(*speaker_, text_of(body, "clear"), "deleted or not_found");
    if (failed)
        co_return failed;
    frame answer;
    failed = co_await next(*speaker_, answer);
    if (failed)
        co_return failed;
    const bool was_there = answer.type == "deleted";
    if (!was_there && text_at(answer.body, "code") != "not_found")
        co_return wrong(described(answer.type, answer.body));
    co_return std::nullopt;
}

task<round::verdict> round::subscribe_bystander() {
    step_ = "the subscription of the other user";
    const client::subscribe body{thread_id, std::nullopt};
    auto failed = co_await send(*bystander_, text_of(body, "watch"), "subscribed");
    if (failed)
        co_return failed;
    frame answer;
    failed = co_await next_of(*bystander_, "subscribed", answer);
    if (failed)
        co_return failed;
    co_return co_await next_of(*bystander_, "caught_up", answer);
}

task<round::verdict> round::ask() {
    const executor on = co_await asio::this_coro::executor;
    step_ = "the message";
    const std::uint64_t left = 100 + on.owner().random().below(900);
    const std::uint64_t right = 100 + on.owner().random().below(900);
    result_ = std::to_string(left * right);
    client::message body;
    body.thread_id = thread_id;
    body.message_id = on.owner().random().id("canary_");
    body.text = "/calc " + std::to_string(left) + "*" + std::to_string(right);
    body.agent = agent_name;
    auto failed = co_await send(*speaker_, text_of(body, "ask"), "accepted");
    if (failed)
        co_return failed;
    frame accepted;
    failed = co_await next_of(*speaker_, "accepted", accepted);
    if (failed)
        co_return failed;
    run_id_ = text_at(accepted.body, "run_id");
    seq_ = number_at(accepted.body, "seq") - 1;
    if (seq_ != 0 || run_id_.empty())
        co_return wrong("an accepted whose message is not the thread's first");
    co_return std::nullopt;
}

task<round::verdict> round::follow() {
    step_ = "the run";
    for (const std::string_view type : critical_events) {
        frame event;
        auto failed = co_await next_event(type, event);
        if (!failed)
            failed = check_facts(event);
        if (failed)
            co_return failed;
    }
    co_return std::nullopt;
}

// Those that are not critical may stand between; each has its place all the same.
task<round::verdict> round::next_event(std::string_view type, frame& into) {
    expected_ = type;
    while (true) {
        auto failed = co_await next(*speaker_, into);
        if (failed)
            co_return failed;
        if (!into.body.contains("payload"))
            co_return wrong(described(into.type, into.body));
        failed = check_place(into);
        if (failed)
            co_return failed;
        if (into.type == type)
            co_return std::nullopt;
        if (is_critical(into.body))
            co_return wrong(into.type);
    }
}

round::verdict round::check_place(const frame& event) {
    const std::int64_t seq = number_at(event.body, "seq");
    if (seq != seq_ + 1)
        return wrong(
            event.type + " with seq " + std::to_string(seq) + " behind " + std::to_string(seq_)
        );
    seq_ = seq;
    if (text_at(event.body, "run_id") != run_id_ || text_at(event.body, "thread_id") != thread_id)
        return wrong(event.type + " of another run");
    return std::nullopt;
}

// What makes the event this run's, and not one like it.
round::verdict round::check_facts(const frame& event) {
    const json::object& payload = object_at(event.body, "payload");
    if (event.type == "agent_started")
        started_seq_ = seq_;
    if (event.type == "tool_completed" && text_at(payload, "outcome") != "ok")
        return wrong("tool_completed with outcome " + text_at(payload, "outcome"));
    if (event.type == "assistant_message" && !text_at(payload, "text").ends_with(" = " + result_))
        return wrong("an assistant_message without the result");
    if (event.type != "agent_completed")
        return std::nullopt;
    const json::object& census = object_at(payload, "census");
    if (number_at(census, "first_seq") != started_seq_ || number_at(census, "last_seq") != seq_ - 1)
        return wrong("agent_completed with a census of other events");
    return std::nullopt;
}

// The pong is behind whatever was sent to that connection before: an event that went astray too.
task<round::verdict> round::look_at_bystander() {
    step_ = "the other user's connection";
    auto failed = co_await send(*bystander_, text_of(client::ping{}, "look"), "pong alone");
    if (failed)
        co_return failed;
    frame answer;
    failed = co_await next(*bystander_, answer);
    if (failed)
        co_return failed;
    if (answer.type != "pong")
        co_return wrong(described(answer.type, answer.body));
    co_return std::nullopt;
}

task<round::verdict> round::clear_up() {
    step_ = "the deletion of the thread";
    const client::delete_thread body{thread_id};
    auto failed = co_await send(*speaker_, text_of(body, "done"), "deleted");
    if (failed)
        co_return failed;
    frame answer;
    co_return co_await next_of(*speaker_, "deleted", answer);
}

task<round::verdict> round::part() {
    step_ = "the goodbye";
    expected_ = "a close frame";
    co_await speaker_->close();
    co_await bystander_->close();
    co_return std::nullopt;
}

task<round::verdict> round::send(wire& through, std::string text, std::string_view expects) {
    expected_ = expects;
    const send_result sent = co_await through.send(std::move(text));
    if (const auto* closed = std::get_if<wire_closed>(&sent))
        co_return wrong(closed->how);
    co_return std::nullopt;
}

task<round::verdict> round::next(wire& from, frame& into) {
    do {
        receive_result received = co_await from.receive();
        if (const auto* closed = std::get_if<wire_closed>(&received))
            co_return wrong(closed->how);
        boost::system::error_code error;
        json::value parsed = json::parse(std::get<std::string>(received), error);
        if (error || !parsed.is_object())
            co_return wrong("a frame that is no JSON object");
        into.body = std::move(parsed.get_object());
        into.type = text_at(into.body, "type");
    } while (is_aside(into.type));
    co_return std::nullopt;
}

task<round::verdict> round::next_of(wire& from, std::string_view type, frame& into) {
    expected_ = type;
    auto failed = co_await next(from, into);
    if (failed)
        co_return failed;
    if (into.type != type)
        co_return wrong(described(into.type, into.body));
    co_return std::nullopt;
}

}  // namespace clarion::canary
