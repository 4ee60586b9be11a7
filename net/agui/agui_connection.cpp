#include "net/agui/agui_connection.hpp"

#include "core/protocol/client_frames.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/json_writer.hpp"
#include "net/http/response.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace clarion::agui {

namespace {

namespace json = boost::json;
using session::ended;

constexpr std::string_view answer_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n";
constexpr std::uint16_t normal_closure = 1000;
// The server's own frames are read whatever they hold.
constexpr std::size_t frame_depth_max = 512;

json::object frame_of(const std::string& text) {
    json::parse_options with;
    with.max_depth = frame_depth_max;
    return json::parse(text, {}, with).as_object();
}

std::string_view text_in(const json::object& from, std::string_view name) {
    const json::value* const found = from.if_contains(name);
    if (found == nullptr || !found->is_string())
        return {};
    const json::string& text = found->get_string();
    return {text.data(), text.size()};
}

// A message's text, or those of its parts that are text.
std::string text_of(const json::value& content) {
    if (content.is_string())
        return std::string(content.get_string());
    std::string text;
    if (content.is_array())
        for (const json::value& part : content.get_array())
            if (const json::object* const one = part.if_object())
                if (text_in(*one, "type") == "text")
                    text += text_in(*one, "text");
    return text;
}

std::string last_question(const json::object& input) {
    const json::value* const messages = input.if_contains("messages");
    if (messages == nullptr || !messages->is_array())
        return {};
    const json::array& all = messages->get_array();
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
        const json::object* const message = one->if_object();
        if (message == nullptr || text_in(*message, "role") != "user")
            continue;
        const json::value* const content = message->if_contains("content");
        return content == nullptr ? std::string() : text_of(*content);
    }
    return {};
}

std::optional<std::string> wished_agent(const json::object& input) {
    const json::value* const forwarded = input.if_contains("forwardedProps");
    const json::object* const props = forwarded == nullptr ? nullptr : forwarded->if_object();
    const std::string_view name = props == nullptr ? std::string_view() : text_in(*props, "agent");
    return name.empty() ? std::nullopt : std::optional(std::string(name));
}

// What a program understands of a refusal that has a name here.
unsigned status_of(std::string_view code) {
    static constexpr std::array<std::pair<std::string_view, unsigned>, 8> known{{
        {"bad_request", 400},
        {"unauthorized", 401},
        {"forbidden", 403},
        {"not_found", 404},
        {"conflict", 409},
        {"busy", 409},
        {"rate_limited", 429},
        {"too_large", 413},
    }};
    for (const auto& [name, status] : known)
        if (name == code)
            return status;
    return 503;
}

unsigned status_of(protocol::close_code code) {
    using enum protocol::close_code;
    return code == unauthorized || code == revoked ? 401 : 503;
}

}  // namespace

std::variant<run_wish, std::string> wish_from(const std::string& body) {
    boost::system::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error || !parsed.is_object())
        return "The body has to be a RunAgentInput, a JSON object.";
    const json::object& input = parsed.get_object();
    run_wish wish;
    wish.thread_id = text_in(input, "threadId");
    wish.run_id = text_in(input, "runId");
    wish.text = last_question(input);
    wish.agent = wished_agent(input);
    if (!protocol::is_valid_id(wish.thread_id))
        return "threadId has to match [A-Za-z0-9_.:-]{1,128}.";
    if (wish.run_id.empty() || wish.run_id.size() > protocol::rules::client_id.bytes_max)
        return "runId has to be a text of 1 to 128 bytes.";
    if (wish.text.empty())
        return "messages has to hold a message of the user\'s with a text.";
    return wish;
}

agui_connection::agui_connection(net::byte_stream& stream, run_wish wish)
    : stream_(stream), wish_(std::move(wish)), told_(wish_.thread_id, wish_.run_id) {
    (void)incoming_.push(session::text_message{message_frame()});
}

std::string agui_connection::message_frame() const {
    protocol::client::message body;
    body.thread_id = wish_.thread_id;
    body.message_id = wish_.run_id;
    body.text = wish_.text;
    body.agent = wish_.agent;
    std::string frame;
    protocol::object_writer writer(frame);
    writer("type", "message");
    writer("id", "run");
    protocol::client::message::describe(body, writer);
    writer.end();
    return frame;
}

task<> agui_connection::watch_client() {
    std::array<char, 512> unread{};
    while (!has_ended_) {
        const net::io_result got = co_await stream_.read_some(unread);
        if (const auto* closed = std::get_if<net::stream_closed>(&got))
            co_return end({ended::by::transport, 0, closed->message});
    }
}

task<session::inbound> agui_connection::receive() {
    auto next = co_await incoming_.pop();
    if (!next)
        co_return session::inbound(ended{ended::by::transport, 0, "aborted"});
    co_return *std::move(next);
}

void agui_connection::end(ended how) {
    if (std::exchange(has_ended_, true))
        return;
    (void)incoming_.push(std::move(how));
}

void agui_connection::abort() noexcept {
    has_ended_ = true;
    incoming_.close();
    stream_.abort();
}

task<session::send_verdict> agui_connection::send(std::vector<session::shared_frame> batch) {
    const executor on = co_await asio::this_coro::executor;
    now_ms_ = on.owner().wall_ms();
    std::string out;
    for (const session::shared_frame& frame : batch) {
        if (frame->kind == session::frame_kind::ping) {
            // A comment keeps what stands in between from hanging up.
            if (is_answered_)
                out += ": still here\n\n";
            (void)incoming_.push(session::pong_received{});
        } else if (frame->kind == session::frame_kind::text && !told_.is_over()) {
            take(frame_of(frame->body), out);
        }
    }
    if (!out.empty()) {
        const net::io_result wrote = co_await stream_.write(out);
        if (const auto* closed = std::get_if<net::stream_closed>(&wrote))
            co_return session::send_verdict(session::gone{closed->message});
    }
    if (told_.is_over())
        end({ended::by::peer, normal_closure, ""});
    co_return session::send_verdict(session::sent{});
}

void agui_connection::take(const object& frame, std::string& out) {
    const std::string_view type = text_in(frame, "type");
    if (frame.contains("payload"))
        take_event(frame, out);
    else if (type == "accepted")
        take_accepted(frame);
    else if (type == "error")
        take_refusal(frame, out);
    else if (type == "caught_up")
        take_caught_up(out);
}

// A run that has finished is history, which is asked for; of one at work the rest comes by itself.
void agui_connection::take_accepted(const object& frame) {
    run_id_ = text_in(frame, "run_id");
    message_seq_ = frame.at("seq").as_int64();
    last_seq_ = message_seq_ - 1;
    if (text_in(frame, "state") != "finished")
        return;
    cursor from;
    if (wish_.after)
        from = {wish_.after->epoch, message_seq_ - 1};
    std::string since;
    protocol::object_writer place(since);
    place("epoch", from.epoch);
    place("seq", from.seq);
    place.end();
    std::string asked;
    protocol::object_writer writer(asked);
    writer("type", "subscribe");
    writer("thread_id", wish_.thread_id);
    writer("since", protocol::json_view{since});
    writer.end();
    asks_for_history_ = true;
    (void)incoming_.push(session::text_message{std::move(asked)});
}

void agui_connection::take_refusal(const object& error, std::string& out) {
    const std::string_view code = text_in(error, "code");
    const std::string_view message = text_in(error, "message");
    if (is_answered_) {
        out += told_.fail(code, message);
        return;
    }
    http::response refusal =
        http::plain_response(status_of(code), std::string(code) + ": " + std::string(message));
    if (const json::value* const wait = error.if_contains("retry_after_ms"))
        refusal.headers.push_back({"Retry-After", std::to_string((wait->as_int64() + 999) / 1000)});
    out += http::encode(refusal, http::body_part::sent, http::connection_after::closed, now_ms_);
    is_answered_ = true;
    (void)told_.fail(code, message);
}

void agui_connection::begin_answer(std::string& out) {
    if (!std::exchange(is_answered_, true))
        out += answer_head;
}

// Told from the run's beginning, so that what was open is known; written from the cursor on.
void agui_connection::take_event(const object& frame, std::string& out) {
    const std::int64_t seq = frame.at("seq").as_int64();
    if (text_in(frame, "run_id") != run_id_ || seq <= last_seq_)
        return;
    last_seq_ = seq;
    std::string told = told_.write(frame);
    begin_answer(out);
    const bool is_known =
        wish_.after && wish_.after->epoch == text_in(frame, "epoch") && seq <= wish_.after->seq;
    if (!is_known)
        out += told;
}

// All that is kept of a finished run was replayed, and its end was not among it.
void agui_connection::take_caught_up(std::string& out) {
    if (!asks_for_history_ || told_.is_over())
        return;
    begin_answer(out);
    out += told_.fail("trimmed", "the run has ended, and its events are no longer kept");
}

task<> agui_connection::send_close(protocol::close_code code, std::string_view reason) {
    const executor on = co_await asio::this_coro::executor;
    std::string out;
    if (!is_answered_)
        out = http::encode(
            http::plain_response(status_of(code), reason),
            http::body_part::sent,
            http::connection_after::closed,
            on.owner().wall_ms()
        );
    is_answered_ = true;
    if (!out.empty())
        (void)co_await stream_.write(out);
    end({ended::by::peer, static_cast<std::uint16_t>(code), ""});
}

}  // namespace clarion::agui
