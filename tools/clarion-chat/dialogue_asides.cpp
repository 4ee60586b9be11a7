// What a dialogue asks and hears beside its message: approvals, threads, the state of the server.
#include "core/protocol/client_frames.hpp"
#include "core/protocol/json_writer.hpp"
#include "tools/clarion-chat/dialogue.hpp"
#include "tools/clarion-chat/frame_fields.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

#include <boost/json/array.hpp>

#include <ctime>
#include <utility>

namespace clarion::chat {

namespace {

namespace json = boost::json;

constexpr std::int64_t threads_listed_max = 50;

std::int64_t integer_of(const json::object& from, std::string_view name) {
    const json::value* member = from.if_contains(name);
    return member != nullptr && member->is_int64() ? member->get_int64() : 0;
}

std::string local_time(std::int64_t unix_ms) {
    const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
    std::tm parts{};
    char text[32] = "";
    if (::localtime_r(&seconds, &parts) == nullptr ||
        std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        return "an unknown time";
    return text;
}

std::string told(const json::object& thread) {
    std::string words(text_of(thread, "thread_id"));
    words.append("  ").append(local_time(integer_of(thread, "updated_ms")));
    const json::value* active = thread.if_contains("active_run");
    if (active != nullptr && active->is_object()) {
        const std::string_view state = text_of(active->get_object(), "state");
        words.append("  [").append(state).append("]");
    }
    return words.append("  ").append(text_of(thread, "title"));
}

}  // namespace

reaction dialogue::decide(const typed::decision& decision) {
    reaction out;
    if (approvals_.empty()) {
        notice("nothing waits for a decision", out);
        return out;
    }
    if (phase_ != phase::live) {
        notice("not connected: decide when the connection is back", out);
        return out;
    }
    const bool is_allowed = decision.is == typed::decision::verdict::allow;
    std::string frame;
    protocol::object_writer writer(frame);
    writer("type", std::string_view("approve"));
    writer("id", "a" + std::to_string(++asides_));
    writer("approval_id", approvals_.first().approval_id);
    writer("decision", std::string_view(is_allowed ? "allow" : "deny"));
    if (!decision.note.empty())
        writer("note", decision.note);
    writer.end();
    out.send.push_back(std::move(frame));
    return out;
}

reaction dialogue::list_threads() {
    reaction out;
    if (phase_ != phase::live) {
        notice("not connected: ask when the connection is back", out);
        return out;
    }
    std::string frame;
    protocol::object_writer writer(frame);
    writer("type", std::string_view("threads"));
    writer("id", "l" + std::to_string(++asides_));
    writer("limit", threads_listed_max);
    writer.end();
    out.send.push_back(std::move(frame));
    return out;
}

reaction dialogue::change_thread(std::string thread_id) {
    reaction out;
    if (phase_ != phase::offline)
        out.send.push_back(protocol::to_frame(protocol::client::unsubscribe{options_.thread_id}));
    options_.thread_id = std::move(thread_id);
    cursor_ = thread_cursor();
    approvals_.forget_all();
    is_copy_lost_ = false;
    if (phase_ != phase::offline)
        subscribe(out);
    notice("now in thread " + options_.thread_id, out);
    return out;
}

void dialogue::tell_of_approvals(reaction& out) {
    if (approvals_.empty())
        return;
    const open_approval& first = approvals_.first();
    if (options_.attended == attendance::person)
        notice(first.tool_name + " waits for you: :allow [NOTE] or :deny [NOTE]", out);
    else
        notice(
            first.tool_name + " waits for approval " + first.approval_id +
                ": decide it in the page, or with clarion-chat --thread " + options_.thread_id,
            out
        );
}

void dialogue::on_approve_result(const json::object& frame, reaction& out) {
    const std::string_view verdict = text_of(frame, "verdict");
    const std::string by(text_of(frame, "by"));
    if (verdict == "already_resolved")
        notice("it has been decided already" + (by.empty() ? "" : " by " + by), out);
    else if (verdict == "expired")
        notice("too late: the approval has expired", out);
    else if (verdict == "not_found")
        notice("there is no such approval any more", out);
}

void dialogue::on_threads(const json::object& frame, reaction& out) {
    const json::value* threads = frame.if_contains("threads");
    if (options_.form == output_form::frames || threads == nullptr || !threads->is_array())
        return;
    for (const json::value& thread : threads->get_array())
        if (thread.is_object())
            out.print += renderer_.aside(told(thread.get_object()));
    if (threads->get_array().empty())
        out.print += renderer_.aside("there is no thread yet");
    if (!text_of(frame, "next").empty())
        out.print += renderer_.aside("… and older ones");
}

// Only its end is told: a run at work would say so four times a second.
void dialogue::on_thread_changed(const json::object& frame, reaction& out) {
    const std::string thread_id(text_of(frame, "thread_id"));
    const bool is_at_work = frame.contains("active_run") && !frame.at("active_run").is_null();
    if (options_.attended != attendance::person || is_at_work || thread_id == options_.thread_id)
        return;
    notice("news in thread " + thread_id + ": " + std::string(text_of(frame, "title")), out);
}

void dialogue::on_agents(const json::object& frame, reaction& out) {
    const json::value* agents = frame.if_contains("agents");
    if (agents == nullptr || !agents->is_array())
        return;
    for (const json::value& each : agents->get_array()) {
        if (!each.is_object())
            continue;
        const json::object& card = each.get_object();
        const std::string name(text_of(card, "name"));
        const json::value* available = card.if_contains("available");
        const bool is_there =
            available == nullptr || !available->is_bool() || available->get_bool();
        if (!is_there && absent_agents_.insert(name).second) {
            const std::string why(text_of(card, "reason"));
            notice("agent " + name + " is not available" + (why.empty() ? "" : ": " + why), out);
        } else if (is_there && absent_agents_.erase(name) > 0) {
            notice("agent " + name + " is available again", out);
        }
    }
}

void dialogue::on_token_expiring(const json::object& frame, reaction& out) {
    notice(
        "the token expires at " + local_time(integer_of(frame, "expires_ms")) +
            "; start again with a fresh --token, nothing is lost",
        out
    );
}

void dialogue::greet(const protocol::server::welcome& welcome, reaction& out) {
    if (welcome.degraded)
        notice("the server cannot reach its log: what is sent now is refused", out);
    if (std::exchange(is_greeted_, true) || options_.attended != attendance::person)
        return;
    notice(
        "connected to " + welcome.server + " as " + welcome.user_id + ", thread " +
            options_.thread_id + "; :help lists what can be typed",
        out
    );
}

}  // namespace clarion::chat
