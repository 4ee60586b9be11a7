// What a dialogue makes of events and of the answers to its own frames.
#include "tools/clarion-chat/advice.hpp"
#include "tools/clarion-chat/dialogue.hpp"
#include "tools/clarion-chat/frame_fields.hpp"
#include "tools/clarion-chat/raw_json.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

#include <boost/json/value.hpp>

#include <utility>

namespace clarion::chat {

namespace {

namespace server = protocol::server;
namespace json = boost::json;

std::string words_of(const server::error& error) {
    std::string words =
        "error " + std::string(protocol::name_of(error.code)) + ": " + error.message;
    if (error.detail && !error.detail->empty())
        words += " (" + *error.detail + ")";
    if (error.retry_after_ms)
        words += "; may be tried again in " + std::to_string(*error.retry_after_ms) + " ms";
    return with_advice(std::move(words), advice_on_error(error.code));
}

}  // namespace

void dialogue::on_event(const json::object& frame, std::string_view text, reaction& out) {
    const json::value* seq = frame.if_contains("seq");
    const json::value* payload = frame.if_contains("payload");
    // Until `subscribed` comes there is only the tail of the subscription before.
    if (phase_ != phase::live || text_of(frame, "thread_id") != options_.thread_id)
        return;
    if (!seq->is_int64() || !payload->is_object()) {
        out.drop = "the server sent a malformed event";
        return;
    }
    switch (cursor_.take(std::string(text_of(frame, "epoch")), seq->get_int64())) {
        case event_place::known:
            return;
        case event_place::gap:
            return close_gap(out);
        case event_place::next:
            gaps_ = 0;
    }
    const std::string_view type = text_of(frame, "type");
    const std::string_view run_id = text_of(frame, "run_id");
    const bool opens_own = is_own_message(type, payload->get_object());
    if (opens_own)
        message_->run_id = run_id;
    const bool is_own = message_ && !message_->run_id.empty() && message_->run_id == run_id;
    if (options_.form == output_form::frames)
        out.print += json_line(text) + "\n";
    else if (!opens_own && (is_own || !is_copy_lost_))
        out.print += renderer_.event(type, raw_member(text, "payload"));
    approvals_.take(type, run_id, payload->get_object());
    if (type == "approval_requested" && !is_copy_lost_)
        tell_of_approvals(out);
    if (is_own) {
        activity_.take(type, payload->get_object());
        on_own_event(type, out);
    }
}

void dialogue::on_own_event(std::string_view type, reaction& out) {
    is_message_seen_ = true;
    if (type == "agent_completed")
        out.ended = exit_status::completed;
    else if (type == "agent_error")
        out.ended = exit_status::agent_error;
    else if (type == "agent_cancelled")
        out.ended = exit_status::cancelled;
    if (out.ended)
        message_.reset();
}

bool dialogue::is_own_message(std::string_view type, const json::object& payload) const {
    return message_ && type == "user_message" && text_of(payload, "message_id") == message_->id;
}

void dialogue::on_accepted(const json::object& frame, reaction& out) {
    const auto accepted = read_fields<server::accepted>(frame);
    if (!accepted)
        out.drop = "the server sent a malformed accepted frame";
    else if (message_ && accepted->message_id == message_->id)
        message_->run_id = accepted->run_id;
}

void dialogue::on_cancel_result(const json::object& frame, reaction& out) {
    const auto result = read_fields<server::cancel_result>(frame);
    if (result && result->verdict == server::cancel_verdict::too_late)
        notice("too late to cancel: the run has ended", out);
    else if (result && result->verdict == server::cancel_verdict::not_found)
        notice("there is no such run to cancel", out);
}

void dialogue::on_error(const json::object& frame, reaction& out) {
    const auto error = read_fields<server::error>(frame);
    const std::string_view id = text_of(frame, "id");
    const std::string code(text_of(frame, "code"));
    const std::string words = error ? words_of(*error) : "error " + code;
    const bool is_own = message_ && id == frame_id_of_message();
    if (is_own && error && error->retry_after_ms)
        hold_message(*error, out);
    else if (is_own)
        lose_message(words, out);
    else if (id == asked_as_ || text_of(frame, "detail") == options_.thread_id)
        out.drop = without_controls(words, line_breaks::made_spaces);  // it cannot be followed now
    else
        notice(words, out);
}

void dialogue::hold_message(const server::error& error, reaction& out) {
    message_->is_held = true;
    out.again_after_ms = *error.retry_after_ms;
    const std::string wait = std::to_string(*error.retry_after_ms);
    const std::string code(protocol::name_of(error.code));
    notice("error " + code + ": " + error.message + "; sent again in " + wait + " ms", out);
}

void dialogue::on_deleted(reaction& out) {
    cursor_ = thread_cursor();
    approvals_.forget_all();
    subscribe(out);
    if (message_ && !message_->run_id.empty())
        lose_message("the thread was deleted", out);
    else
        notice("the thread was deleted", out);
}

}  // namespace clarion::chat
