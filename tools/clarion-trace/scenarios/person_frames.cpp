// What a person makes of the frames that come.
#include "core/protocol/close_codes.hpp"
#include "tools/clarion-trace/scenarios/person.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>

namespace clarion::scenarios {

namespace {

std::string_view text_of(const boost::json::object& frame, std::string_view name) {
    const auto* value = frame.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->as_string())
                                                  : std::string_view();
}

}  // namespace

void person::take(const std::string& text) {
    const boost::json::object frame = boost::json::parse(text).as_object();
    const std::string_view type = text_of(frame, "type");
    if (type == "welcome") {
        if (std::exchange(is_welcome_, true))
            complain("a second welcome");
        if (text_of(frame, "user_id") != name_)
            complain("welcomed as somebody else");
        if (!is_pipelining_)
            queue_opening();
        return;
    }
    if (!is_welcome_)
        complain("before welcome came " + text);
    if (frame.contains("payload"))
        take_event(frame, text);
    else if (type == "subscribed")
        copy_.subscribed(frame);
    else if (type == "caught_up")
        copy_.caught_up(frame);
    else if (type == "accepted")
        take_accepted(frame);
    else if (type == "error")
        take_error(frame);
    else if (type == "cancel_result")
        take_cancel_result(frame);
    else if (type == "pong")
        take_pong(frame);
    else if (type == "token_expiring" && chance(2))
        due_.push_back(R"({"type":"refresh","id":"r","token":")" + how_.token() + "\"}");
}

void person::take_event(const boost::json::object& frame, const std::string& text) {
    const std::int64_t seq = frame.at("seq").as_int64();
    if (text_of(frame, "thread_id") != thread_id)
        return complain("an event of a thread that was not asked for: " + text);
    if (!server_.log().has({name_, std::string(thread_id)}, seq, text))
        complain("shown, and not in the log: " + text);
    const bool is_live = copy_.is_live();
    copy_.take(frame);
    const std::string_view type = text_of(frame, "type");
    for (errand_state& one : errands_) {
        const bool is_its_message =
            type == "user_message" &&
            text_of(frame.at("payload").as_object(), "message_id") == one.what.message_id;
        if (is_its_message && is_live && one.sent == 1 && one.is_sent_here && !one.is_accepted_here)
            complain("user_message of " + one.what.message_id + " came before its accepted");
        if (is_its_message)
            one.run_id = text_of(frame, "run_id");
        if (text_of(frame, "run_id") == one.run_id)
            maybe_cancel(one);
    }
}

void person::maybe_cancel(errand_state& one) {
    if (one.is_cancelled || one.run_id.empty() || !chance(how_.cancel_one_in))
        return;
    one.is_cancelled = true;
    due_.push_back(
        R"({"type":"cancel","id":"c:)" + one.what.message_id +
        R"(","thread_id":"t1","message_id":")" + one.what.message_id + "\"}"
    );
}

void person::take_accepted(const boost::json::object& frame) {
    const std::string_view id = text_of(frame, "message_id");
    const auto one = std::ranges::find_if(errands_, [id](const errand_state& each) {
        return each.what.message_id == id;
    });
    if (one == errands_.end() || !one->is_sent_here)
        return complain("accepted what was not sent here: " + std::string(id));
    if (std::exchange(one->is_accepted_here, true))
        complain("accepted twice: " + std::string(id));
    const std::string_view run_id = text_of(frame, "run_id");
    if (!one->run_id.empty() && one->run_id != run_id)
        complain("one message id has two runs: " + std::string(id));
    one->run_id = run_id;
    if (!server_.log().has_run({name_, std::string(thread_id)}, run_id))
        complain("accepted before it was committed: " + std::string(id));
}

// What may be asked again later is, on a new connection.
void person::take_error(const boost::json::object& frame) {
    const std::string_view code = text_of(frame, "code");
    if (code == "draining") {
        server_goes_ = true;
        if (!server_.is_shutting_down())
            complain("draining, and nobody asked for it");
        return;
    }
    if (code == "storage_unavailable" || code == "busy" || code == "rate_limited") {
        // Also without an id: a replay that was given up ends its subscription so.
        comes_back_ = true;
        return;
    }
    complain("error " + std::string(code) + ": " + std::string(text_of(frame, "message")));
}

void person::take_cancel_result(const boost::json::object& frame) {
    std::string_view id = text_of(frame, "id");
    id.remove_prefix(std::min<std::size_t>(2, id.size()));
    for (errand_state& one : errands_) {
        if (one.what.message_id != id)
            continue;
        const std::string verdict(text_of(frame, "verdict"));
        if (verdict == "not_found")
            complain("a run that was shown is not found: " + one.what.message_id);
        one.cancel_verdict = verdict;
    }
}

void person::take_pong(const boost::json::object& frame) {
    if (pongs_due_.empty() || text_of(frame, "id") != pongs_due_.front())
        return complain("pong " + std::string(text_of(frame, "id")) + " out of order");
    pongs_due_.pop_front();
    // Frames are answered in the order sent: these were the last ones.
    for (const errand_state& one : errands_)
        if (one.is_sent_here && !one.is_accepted_here && !comes_back_ && !server_goes_)
            complain("a frame behind message " + one.what.message_id + " was answered before it");
}

void person::note_close(const websocket::closed& how) {
    using protocol::close_code;
    const auto code = static_cast<close_code>(how.code);
    if (code == close_code::going_away) {
        server_goes_ = true;
        if (!server_.is_shutting_down())
            complain("going away, and nobody asked for it");
        return;
    }
    if (code != close_code::normal && code != close_code::slow_consumer &&
        code != close_code::token_expired)
        complain("closed with " + std::to_string(how.code) + ' ' + how.reason);
}

}  // namespace clarion::scenarios
