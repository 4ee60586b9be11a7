#include "tools/clarion-chat/dialogue.hpp"

#include "core/protocol/client_frames.hpp"
#include "tools/clarion-chat/frame_fields.hpp"
#include "tools/clarion-chat/silence.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace clarion::chat {

namespace {

namespace server = protocol::server;
namespace json = boost::json;

// Subscriptions in a row that brought nothing new, before the connection is given up.
constexpr unsigned gaps_max = 3;

// For a server that sends no pings of its own.
constexpr milliseconds heartbeatless_time{25000};

std::string drop_reason(std::string_view type) {
    return "the server sent a malformed " + std::string(type) + " frame";
}

}  // namespace

reaction dialogue::hear(std::string_view text) {
    reaction out;
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error, {}, {.max_depth = 256});
    if (error || !parsed.is_object()) {
        out.drop = "the server sent a frame that is no JSON object";
        return out;
    }
    const json::object& frame = parsed.get_object();
    const std::string_view type = text_of(frame, "type");
    if (frame.contains("seq") && frame.contains("payload")) {
        on_event(frame, text, out);
        return out;
    }
    if (options_.form == output_form::frames)
        out.print = json_line(text) + "\n";
    hear_frame(type, frame, out);
    return out;
}

void dialogue::hear_frame(std::string_view type, const json::object& frame, reaction& out) {
    if (type == "welcome")
        on_welcome(frame, out);
    else if (type == "subscribed")
        on_subscribed(frame, out);
    else if (type == "caught_up")
        on_caught_up(frame, out);
    else if (type == "accepted")
        on_accepted(frame, out);
    else if (type == "cancel_result")
        on_cancel_result(frame, out);
    else if (type == "error")
        on_error(frame, out);
    else if (type == "deleted" && text_of(frame, "thread_id") == options_.thread_id)
        on_deleted(out);
    else if (type == "going_away")
        on_going_away(frame, out);
    else if (type == "approve_result")
        on_approve_result(frame, out);
    else if (type == "threads")
        on_threads(frame, out);
    else if (type == "thread_changed")
        on_thread_changed(frame, out);
    else if (type == "agents")
        on_agents(frame, out);
    else if (type == "token_expiring")
        on_token_expiring(frame, out);
}

reaction dialogue::say(std::string message_id, std::string text) {
    reaction out;
    message_ = message{std::move(message_id), std::move(text), {}};
    activity_ = run_activity();
    if (phase_ == phase::live)
        send_message(out);
    return out;
}

reaction dialogue::say_again() {
    reaction out;
    if (message_ && std::exchange(message_->is_held, false) && phase_ == phase::live)
        send_message(out);
    return out;
}

bool dialogue::awaits_answer() const {
    const bool message_waits =
        message_ && message_->sent && message_->run_id.empty() && !message_->is_held;
    return phase_ == phase::asked || message_waits;
}

reaction dialogue::cancel() {
    reaction out;
    message_->cancel_asked = true;
    if (phase_ == phase::live)
        send_cancel(out);
    return out;
}

reaction dialogue::connection_lost(std::uint16_t close_code) {
    constexpr std::uint16_t too_big = 1009;
    reaction out;
    phase_ = phase::offline;
    gaps_ = 0;
    if (message_)
        message_->is_held = false;  // the next connection is asked anew
    // A frame that was too big is not sent again (PROTOCOL §1).
    if (close_code == too_big && message_ && message_->run_id.empty())
        lose_message("the message is larger than the server takes", out);
    return out;
}

std::optional<std::int64_t> dialogue::take_reconnect_after_ms() {
    return std::exchange(reconnect_after_ms_, std::nullopt);
}

std::string dialogue::activity() const {
    if (!message_ || !approvals_.empty() || renderer_.has_open_line())
        return {};
    if (phase_ != phase::live)
        return "connecting…";
    return message_->run_id.empty() ? "sending…" : activity_.words();
}

std::optional<duration> dialogue::usual_silence() const {
    if (phase_ == phase::offline || !heartbeat_)
        return std::nullopt;
    if (awaits_answer())
        return awaited_quiet_time;
    return heartbeat_->interval_ms > 0 ? milliseconds(heartbeat_->interval_ms) : heartbeatless_time;
}

void dialogue::on_going_away(const json::object& frame, reaction& out) {
    const auto leaving = read_fields<server::going_away>(frame);
    if (!leaving)
        return;
    reconnect_after_ms_ = leaving->reconnect_after_ms;
    notice("the server is going away (" + leaving->reason + ")", out);
}

void dialogue::on_welcome(const json::object& frame, reaction& out) {
    const auto welcome = read_fields<server::welcome>(frame);
    if (!welcome) {
        out.drop = drop_reason("welcome");
        return;
    }
    heartbeat_ = welcome->heartbeat;
    limits_ = welcome->limits;
    greet(*welcome, out);
    on_agents(frame, out);
    subscribe(out);
}

void dialogue::subscribe(reaction& out) {
    phase_ = phase::asked;
    is_caught_up_ = false;
    asked_as_ = "s" + std::to_string(++subscribes_);
    const protocol::client::subscribe frame{options_.thread_id, cursor_.since()};
    out.send.push_back(protocol::to_frame(frame, asked_as_));
}

void dialogue::close_gap(reaction& out) {
    if (++gaps_ > gaps_max)
        out.drop = "events are missing and do not come again";
    else
        subscribe(out);
}

void dialogue::on_subscribed(const json::object& frame, reaction& out) {
    const auto subscribed = read_fields<server::subscribed>(frame);
    if (!subscribed) {
        out.drop = drop_reason("subscribed");
        return;
    }
    if (text_of(frame, "id") != asked_as_)
        return;
    cursor_.subscribed(*subscribed);
    phase_ = phase::live;
    if (!subscribed->recovered) {
        is_copy_lost_ = true;
        is_message_seen_ = false;
        const std::string why(
            subscribed->reason ? protocol::name_of(*subscribed->reason) : "unknown"
        );
        notice("the server no longer has all of this thread (" + why + ")", out);
    }
    if (message_ && message_->run_id.empty())
        send_message(out);
    if (message_ && message_->cancel_asked)
        send_cancel(out);
}

void dialogue::on_caught_up(const json::object& frame, reaction& out) {
    const auto caught_up = read_fields<server::caught_up>(frame);
    if (!caught_up || phase_ != phase::live)
        return;
    if (!cursor_.caught_up(caught_up->seq))
        return close_gap(out);
    is_caught_up_ = true;
    // Said again after each loss of the connection; a decision may have been lost with it.
    tell_of_approvals(out);
    const bool was_lost = std::exchange(is_copy_lost_, false);
    if (was_lost && message_ && !message_->run_id.empty() && !is_message_seen_)
        lose_message("the run is gone with the thread's earlier log", out);
}

void dialogue::send_message(reaction& out) {
    protocol::client::message body;
    body.thread_id = options_.thread_id;
    body.message_id = message_->id;
    body.text = message_->text;
    std::string frame = protocol::to_frame(body, frame_id_of_message());
    if (limits_ && frame.size() > static_cast<std::uint64_t>(limits_->frame_bytes_max))
        return lose_message("the message is larger than the server takes", out);
    message_->sent = true;
    out.send.push_back(std::move(frame));
}

void dialogue::send_cancel(reaction& out) const {
    protocol::client::cancel body;
    body.thread_id = options_.thread_id;
    body.message_id = message_->id;
    out.send.push_back(protocol::to_frame(body, "cancel"));
}

void dialogue::lose_message(const std::string& why, reaction& out) {
    notice(why, out);
    message_.reset();
    out.ended = exit_status::failed;
}

void dialogue::notice(const std::string& text, reaction& out) {
    out.notices.push_back(without_controls(text, line_breaks::made_spaces));
}

}  // namespace clarion::chat
