#include "net/agui/cancel_connection.hpp"

#include "core/protocol/ids.hpp"
#include "core/protocol/json_writer.hpp"
#include "net/http/response.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace clarion::agui {

namespace {

namespace json = boost::json;
using session::ended;

constexpr std::uint16_t normal_closure = 1000;
// The server's own frames are read whatever they hold: events of the thread are among them.
constexpr std::size_t frame_depth_max = 512;

json::object frame_of(const std::string& text) {
    json::parse_options with;
    with.max_depth = frame_depth_max;
    return json::parse(text, {}, with).as_object();
}

std::string text_in(const json::object& from, std::string_view name) {
    const json::value* const found = from.if_contains(name);
    if (found == nullptr || !found->is_string())
        return {};
    return std::string(found->get_string());
}

}  // namespace

std::variant<cancel_wish, std::string> cancel_from(const std::string& body) {
    boost::system::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error || !parsed.is_object())
        return "The body has to be a JSON object with threadId and runId.";
    cancel_wish wish{
        text_in(parsed.get_object(), "threadId"),
        text_in(parsed.get_object(), "runId")
    };
    if (!protocol::is_valid_id(wish.thread_id) || wish.run_id.empty() ||
        wish.run_id.size() > protocol::rules::client_id.bytes_max)
        return "threadId and runId are needed.";
    return wish;
}

cancel_connection::cancel_connection(net::byte_stream& stream, const cancel_wish& wish)
    : stream_(stream) {
    std::string frame;
    protocol::object_writer writer(frame);
    writer("type", "cancel");
    writer("thread_id", wish.thread_id);
    writer("message_id", wish.run_id);
    writer.end();
    (void)incoming_.push(session::text_message{std::move(frame)});
}

task<> cancel_connection::watch_client() {
    std::array<char, 512> unread{};
    while (!has_ended_) {
        const net::io_result got = co_await stream_.read_some(unread);
        if (const auto* closed = std::get_if<net::stream_closed>(&got))
            co_return end({ended::by::transport, 0, closed->message});
    }
}

task<session::inbound> cancel_connection::receive() {
    auto next = co_await incoming_.pop();
    if (!next)
        co_return session::inbound(ended{ended::by::transport, 0, "aborted"});
    co_return *std::move(next);
}

void cancel_connection::end(ended how) {
    if (std::exchange(has_ended_, true))
        return;
    (void)incoming_.push(std::move(how));
}

void cancel_connection::abort() noexcept {
    has_ended_ = true;
    incoming_.close();
    stream_.abort();
}

task<> cancel_connection::answer(unsigned status, std::string body) {
    if (std::exchange(is_answered_, true))
        co_return;
    const executor on = co_await asio::this_coro::executor;
    http::response made;
    made.status = status;
    made.content_type = "application/json";
    made.body = std::move(body);
    const std::string bytes = http::encode(
        made,
        http::body_part::sent,
        http::connection_after::closed,
        on.owner().wall_ms()
    );
    (void)co_await stream_.write(bytes);
}

task<session::send_verdict> cancel_connection::send(std::vector<session::shared_frame> batch) {
    for (const session::shared_frame& frame : batch) {
        if (frame->kind != session::frame_kind::text)
            continue;
        json::object said = frame_of(frame->body);
        const std::string type = text_in(said, "type");
        if (type != "cancel_result" && type != "error")
            continue;
        said.erase("type");
        const unsigned status = type == "error" ? 503 : 200;
        co_await answer(status, json::serialize(said));
        end({ended::by::peer, normal_closure, ""});
    }
    co_return session::send_verdict(session::sent{});
}

task<> cancel_connection::send_close(protocol::close_code code, std::string_view reason) {
    using enum protocol::close_code;
    const unsigned status = code == unauthorized || code == revoked ? 401 : 503;
    json::object said;
    said["message"] = reason;
    co_await answer(status, json::serialize(said));
    end({ended::by::peer, static_cast<std::uint16_t>(code), ""});
}

}  // namespace clarion::agui
