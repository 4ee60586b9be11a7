#include "net/mcp/http_channel.hpp"

#include "core/async/first_of.hpp"
#include "net/mcp/http_faults.hpp"
#include "net/mcp/progress.hpp"

#include <algorithm>
#include <utility>

namespace clarion::mcp {

namespace {

using fault = ask_failure::fault;

constexpr duration errand_time = std::chrono::seconds(5);
constexpr duration farewell_time = std::chrono::seconds(1);
// For the end of a body whose last message has come, so that the connection can be used again.
constexpr duration drain_time = std::chrono::milliseconds(20);
constexpr duration retry_default = std::chrono::seconds(1);
constexpr duration retry_min = std::chrono::milliseconds(50);
constexpr duration retry_max = std::chrono::seconds(30);
constexpr std::size_t refusal_bytes_max = 65536;
// Whatever a message is cut into, all of it may stand on one line, behind the name of its field.
constexpr http::event_stream_limits event_limits{
    message_bytes_max + sizeof("data: "),
    message_bytes_max
};
constexpr std::string_view both_kinds = "application/json, text/event-stream";

}  // namespace

/// One request with what is known of its answer so far.
struct http_channel::conversation {
    std::int64_t id = 0;  // 0: none, what a server tells of its own accord
    patience waits;
    scheduler& clock;
    std::string session{};  // the one that it was asked in, which may not be the newest
    ports::progress_sink on_progress{};
    http::exchange_ptr exchange{};
    http::event_stream_parser events{event_limits};
    std::string last_event_id{};
    duration retry = retry_default;
    int resumptions = 0;  // in a row, without a message
    bool is_answered = false;

    http::client_deadlines deadlines(duration connect) const {
        return {std::min(clock.now() + connect, waits.until()), waits.until()};
    }
    void begin_stream(http::exchange_ptr with) {
        exchange = std::move(with);
        events = http::event_stream_parser(event_limits);
    }
};

/// Tells a server of before when nobody waits for an answer any longer; to one of the newest
/// revision the end of the connection says so.
class http_channel::place {
public:
    place(http_channel& of, const conversation& talk, giving_up cancels)
        : of_(of), talk_(talk), cancels_(cancels) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        if (talk_.is_answered || cancels_ == giving_up::silent || of_.is_modern())
            return;
        rpc_notification cancelled;
        cancelled.method = "notifications/cancelled";
        cancelled.params["requestId"] = talk_.id;
        of_.send_along(of_.post(cancelled.method, encode(cancelled)));
    }

private:
    http_channel& of_;
    const conversation& talk_;
    giving_up cancels_;
};

http_channel::http_channel(
    const executor& on,
    http::client& over,
    http_channel_settings settings,
    heard_sink heard
)
    : over_(over), settings_(std::move(settings)), heard_(std::move(heard)), errands_(on) {}

task<std::string> http_channel::run() {
    co_await has_agreed_.wait();
    while (true)
        (void)co_await first_of(hear(), has_agreed_.wait());
}

void http_channel::forget() {
    agreed_.reset();
    session_.clear();
}

void http_channel::agree(const agreement& on) {
    agreed_ = on;
    has_agreed_.notify();
}

http::client_request http_channel::made(std::string method, const std::string& session) const {
    http::client_request request;
    request.method = std::move(method);
    request.target = settings_.where;
    if (agreed_)
        request.headers.push_back({"MCP-Protocol-Version", agreed_->revision});
    if (!session.empty())
        request.headers.push_back({"Mcp-Session-Id", session});
    return request;
}

http::client_request http_channel::post(const std::string& method, std::string body) const {
    http::client_request request = made("POST", session_);
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"Accept", std::string(both_kinds)});
    const bool is_probe = method == "server/discover";
    if (is_probe && !agreed_)
        request.headers.push_back({"MCP-Protocol-Version", std::string(modern_revision)});
    if (is_probe || is_modern())
        request.headers.push_back({"Mcp-Method", method});
    request.body = std::move(body);
    return request;
}

http::client_request http_channel::get(const conversation& talk) const {
    http::client_request request = made("GET", talk.session);
    request.headers.push_back({"Accept", "text/event-stream"});
    if (!talk.last_event_id.empty())
        request.headers.push_back({"Last-Event-ID", talk.last_event_id});
    return request;
}

task<ask_outcome> http_channel::ask(question asked) {
    const executor on = co_await asio::this_coro::executor;
    conversation talk{++last_id_, {asked.patience, on.owner().now()}, on.owner(), session_};
    talk.on_progress = std::move(asked.on_progress);
    if (talk.on_progress)
        ask_for_progress(asked.params, talk.id);
    http::client_request request =
        post(asked.method, encode(rpc_request{talk.id, asked.method, std::move(asked.params)}));
    if (asked.method == "tools/call")
        request.repeats = http::repetition::forbidden;
    for (http::header_field& field : asked.headers)
        request.headers.push_back(std::move(field));
    const place among(*this, talk, asked.cancels);
    http::exchange_result sent =
        co_await over_.send(std::move(request), talk.deadlines(settings_.connect));
    if (const auto* const broken = std::get_if<http::exchange_failure>(&sent)) {
        // A server that cannot be reached has nothing to be told.
        talk.is_answered = broken->what == http::exchange_fault::unreachable;
        co_return ask_outcome(failure_of(*broken));
    }
    talk.begin_stream(std::get<http::exchange_ptr>(std::move(sent)));
    ask_outcome came = co_await take_answer(talk, asked.method);
    const auto* const failure = std::get_if<ask_failure>(&came);
    talk.is_answered = failure == nullptr || failure->what != fault::late;
    co_return came;
}

task<ask_outcome> http_channel::take_answer(conversation& talk, const std::string& method) {
    const http::response_head& head = talk.exchange->head();
    if (!is_success(head.status))
        co_return co_await take_refusal(talk);
    if (method == "initialize")
        if (const auto given = head.headers.find("Mcp-Session-Id"))
            session_ = std::string(*given);
    if (is_event_stream(head))
        co_return co_await take_events(talk);
    co_return co_await take_whole(talk);
}

task<ask_outcome> http_channel::take_whole(conversation& talk) {
    std::string body;
    while (true) {
        http::body_step step = co_await talk.exchange->read(talk.waits.until());
        if (const auto* const broken = std::get_if<http::exchange_failure>(&step))
            co_return ask_outcome(failure_of(*broken));
        if (std::holds_alternative<http::body_end>(step))
            break;
        body += std::get<std::string>(step);
        if (body.size() > message_bytes_max)
            co_return ask_outcome(not_mcp("is too large"));
    }
    outcome came = take_message(talk, parse_message(body));
    if (came)
        co_return *std::move(came);
    co_return ask_outcome(not_mcp("answers nothing that was asked"));
}

task<ask_outcome> http_channel::take_refusal(conversation& talk) {
    const unsigned status = talk.exchange->head().status;
    std::string body;
    while (body.size() < refusal_bytes_max) {
        http::body_step step = co_await talk.exchange->read(talk.waits.until());
        const auto* const piece = std::get_if<std::string>(&step);
        if (piece == nullptr)
            break;
        body += *piece;
    }
    const rpc_message message = parse_message(body);
    if (!talk.session.empty() && is_about_session(status, message)) {
        // Another request may have found out before, and there may be a new session already.
        if (session_ == talk.session)
            session_.clear();
        co_return ask_outcome(ask_failure{fault::session_lost, status, "has lost the session"});
    }
    const auto* const response = std::get_if<rpc_response>(&message);
    if (response != nullptr && std::holds_alternative<rpc_error>(response->outcome))
        co_return ask_outcome(std::get<rpc_error>(response->outcome));
    co_return ask_outcome(
        ask_failure{fault::refused, status, "answered with HTTP status " + std::to_string(status)}
    );
}

task<ask_outcome> http_channel::take_events(conversation& talk) {
    while (true) {
        outcome came = co_await read_events(talk);
        if (!came)
            came = co_await resume(talk);
        if (came)
            co_return *std::move(came);
    }
}

task<http_channel::outcome> http_channel::read_events(conversation& talk) {
    outcome came;
    while (!came) {
        http::body_step step = co_await talk.exchange->read(talk.waits.until());
        if (const auto* const broken = std::get_if<http::exchange_failure>(&step)) {
            if (broken->what == http::exchange_fault::late)
                co_return outcome(failure_of(*broken));
            co_return outcome();
        }
        if (std::holds_alternative<http::body_end>(step))
            co_return outcome();
        came = take_piece(talk, std::get<std::string>(step));
    }
    const time_point by = talk.clock.now() + drain_time;
    http::body_step rest = co_await talk.exchange->read(by);
    while (std::holds_alternative<std::string>(rest))
        rest = co_await talk.exchange->read(by);
    co_return came;
}

http_channel::outcome http_channel::take_piece(conversation& talk, std::string_view piece) {
    outcome came;
    while (true) {
        const http::event_stream_step step = talk.events.next(piece);
        if (std::holds_alternative<http::event_too_large>(step))
            return not_mcp("is too large");
        const auto* const event = std::get_if<http::stream_event>(&step);
        if (event == nullptr)
            break;
        // The first one may have an id and nothing else, so that the stream can be resumed.
        if (event->data.empty())
            continue;
        talk.resumptions = 0;
        auto found = take_message(talk, parse_message(event->data));
        if (found && !came)
            came = std::move(found);
    }
    if (!talk.events.last_event_id().empty())
        talk.last_event_id = talk.events.last_event_id();
    if (const auto retry = talk.events.retry())
        talk.retry = std::clamp<duration>(*retry, retry_min, retry_max);
    return came;
}

// Nothing: there is a stream again.
task<http_channel::outcome> http_channel::resume(conversation& talk) {
    talk.exchange.reset();
    if (is_modern() || talk.last_event_id.empty())
        co_return outcome(ask_failure{fault::closed, 0, "hung up before it had answered"});
    while (++talk.resumptions <= resumptions_max) {
        co_await sleep_until(std::min(talk.clock.now() + talk.retry, talk.waits.until()));
        if (talk.clock.now() >= talk.waits.until())
            co_return outcome(ask_failure{fault::late, 0, "did not answer in time"});
        http::client_request again = get(talk);
        http::exchange_result sent =
            co_await over_.send(std::move(again), talk.deadlines(settings_.connect));
        if (std::holds_alternative<http::exchange_failure>(sent))
            continue;
        auto exchange = std::get<http::exchange_ptr>(std::move(sent));
        const http::response_head& head = exchange->head();
        if (!is_success(head.status) || !is_event_stream(head))
            break;
        talk.begin_stream(std::move(exchange));
        co_return outcome();
    }
    co_return outcome(
        ask_failure{fault::closed, 0, "hung up, and does not know the request any longer"}
    );
}

http_channel::outcome http_channel::take_message(conversation& talk, const rpc_message& message) {
    if (const auto* const response = std::get_if<rpc_response>(&message)) {
        const bool is_ours =
            response->id == message_id(talk.id) ||
            (!response->id && std::holds_alternative<rpc_error>(response->outcome));
        return is_ours ? outcome(outcome_of(*response)) : outcome();
    }
    if (const auto* const told = std::get_if<rpc_notification>(&message))
        take_notification(talk, *told);
    else if (const auto* const asked = std::get_if<rpc_request>(&message))
        send_along(post("", encode(answer_to(*asked))));
    return std::nullopt;
}

void http_channel::take_notification(conversation& talk, const rpc_notification& told) {
    const auto progress = progress_in(told);
    if (!progress)
        return heard_(told);
    if (progress->token != talk.id)
        return;
    talk.waits.progressed(talk.clock.now());
    if (talk.on_progress)
        talk.on_progress(progress->how_far);
}

task<> http_channel::tell(rpc_notification told) {
    co_await carry(post(told.method, encode(told)), errand_time);
}

void http_channel::send_along(http::client_request message) {
    if (!is_closed_ && errands_.size() < errands_max)
        errands_.spawn(carry(std::move(message), errand_time));
}

task<> http_channel::carry(http::client_request message, duration time) {
    const executor on = co_await asio::this_coro::executor;
    const time_point by = on.owner().now() + time;
    const http::client_deadlines until{by, by};
    http::exchange_result sent = co_await over_.send(std::move(message), until);
    auto* const exchange = std::get_if<http::exchange_ptr>(&sent);
    if (exchange == nullptr)
        co_return;
    std::size_t dropped = 0;
    while (dropped < refusal_bytes_max) {
        http::body_step step = co_await (*exchange)->read(by);
        const auto* const piece = std::get_if<std::string>(&step);
        if (piece == nullptr)
            co_return;
        dropped += piece->size();
    }
}

// What a server of before tells of its own accord, on a stream that it need not have.
task<> http_channel::hear() {
    const executor on = co_await asio::this_coro::executor;
    conversation talk{0, {patience::endless(), on.owner().now()}, on.owner()};
    bool is_wanted = agreed_ && !is_modern() && agreed_->tells_list_changes;
    while (is_wanted) {
        talk.session = session_;
        http::client_request asked = get(talk);
        http::exchange_result sent =
            co_await over_.send(std::move(asked), talk.deadlines(settings_.connect));
        if (auto* const begun = std::get_if<http::exchange_ptr>(&sent)) {
            const http::response_head& head = (*begun)->head();
            is_wanted = is_success(head.status) && is_event_stream(head);
            talk.begin_stream(std::move(*begun));
            if (is_wanted)
                (void)co_await read_events(talk);
            talk.exchange.reset();
        }
        co_await sleep_for(talk.retry);
    }
    co_await sleep_until(time_point::never());
}

task<> http_channel::close() {
    is_closed_ = true;
    errands_.cancel();
    co_await errands_.join();
    if (session_.empty())
        co_return;
    http::client_request farewell = made("DELETE", session_);
    session_.clear();
    co_await carry(std::move(farewell), farewell_time);
}

}  // namespace clarion::mcp
