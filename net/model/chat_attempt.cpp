#include "net/model/chat_attempt.hpp"

#include "net/model/retry.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace clarion::model {

namespace {

// A server that has finished, but neither says so nor hangs up.
constexpr duration end_grace = std::chrono::seconds(2);
// For the end of a body whose last event has come, so that the connection can be used again.
constexpr duration drain_time = std::chrono::milliseconds(50);
constexpr std::size_t refusal_bytes_max = 65536;

chat_failure failure_of(const http::exchange_failure& fault) {
    using enum http::exchange_fault;
    switch (fault.what) {
        case unreachable:
            return {failure_kind::unreachable, fault.message};
        case malformed:
            return {failure_kind::malformed, "the model server does not speak HTTP"};
        case cut_off:
        case late:
            break;
    }
    return {failure_kind::cut_off, "the model server hung up: " + fault.message};
}

std::string in_seconds(duration time) {
    const auto ms = std::chrono::duration_cast<milliseconds>(time).count();
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

bool is_json(const http::header_fields& headers) {
    const auto type = headers.find("Content-Type");
    return type && http::to_lower(*type).find("json") != std::string::npos;
}

}  // namespace

chat_attempt::chat_attempt(http::client& over, endpoint& where, const ports::model_request& asked)
    : over_(over), where_(where), asked_(asked), answer_(where.settings.limits) {}

task<completion_event> chat_attempt::next() {
    if (clock_ == nullptr)
        co_await begin();
    while (pending_.empty())
        co_await read_on();
    completion_event event = std::move(pending_.front());
    pending_.pop_front();
    if (pending_.empty() && answer_.is_over() && !has_failed_)
        co_await drain();
    co_return event;
}

http::client_request chat_attempt::request() const {
    const endpoint_settings& settings = where_.settings;
    http::client_request made;
    made.method = "POST";
    made.target = settings.base.below("/chat/completions");
    made.headers.push_back({"Content-Type", "application/json"});
    made.headers.push_back({"Accept", "text/event-stream"});
    if (!settings.api_key.empty())
        made.headers.push_back({"Authorization", "Bearer " + settings.api_key});
    made.body = chat_request_body(settings.model, asked_, where_.wish);
    return made;
}

task<> chat_attempt::begin() {
    const executor on = co_await asio::this_coro::executor;
    clock_ = &on.owner();
    const time_point now = clock_->now();
    whole_by_ = now + where_.settings.timeouts.total;
    token_by_ = now + where_.settings.timeouts.first_token;
    co_await send(std::min(token_by_, whole_by_));
}

task<> chat_attempt::send(time_point by) {
    const http::client_deadlines until{clock_->now() + where_.settings.timeouts.connect, by};
    http::client_request asked = request();
    http::exchange_result sent = co_await over_.send(std::move(asked), until);
    if (const auto* fault = std::get_if<http::exchange_failure>(&sent)) {
        take_fault(*fault);
        co_return;
    }
    exchange_ = std::get<http::exchange_ptr>(std::move(sent));
    const unsigned status = exchange_->head().status;
    if (status < 200 || status >= 300) {
        co_await take_refusal(by);
        co_return;
    }
    body_ = is_json(exchange_->head().headers) ? body_kind::whole : body_kind::events;
}

task<> chat_attempt::take_refusal(time_point by) {
    std::string body;
    while (body.size() < refusal_bytes_max) {
        http::body_step step = co_await exchange_->read(by);
        const auto* piece = std::get_if<std::string>(&step);
        if (piece == nullptr)
            break;
        body += *piece;
    }
    const http::response_head& head = exchange_->head();
    // Older servers know no stream_options: without it they only do not count tokens.
    if (where_.wish == usage_wish::stated && is_about_stream_options(head.status, body)) {
        where_.wish = usage_wish::left_out;
        exchange_.reset();
        co_await send(by);
        co_return;
    }
    chat_failure refused = failure_of_status(head.status, body);
    refused.retry_after = retry_after(head.headers, clock_->wall_ms());
    fail(std::move(refused));
}

task<> chat_attempt::read_on() {
    http::body_step step = co_await exchange_->read(std::min(token_by_, whole_by_));
    if (const auto* piece = std::get_if<std::string>(&step))
        take_piece(*piece);
    else if (const auto* fault = std::get_if<http::exchange_failure>(&step))
        take_fault(*fault);
    else
        take_end();
}

task<> chat_attempt::drain() {
    const time_point by = clock_->now() + drain_time;
    http::body_step step = co_await exchange_->read(by);
    while (std::holds_alternative<std::string>(step))
        step = co_await exchange_->read(by);
}

void chat_attempt::take_piece(std::string_view piece) {
    if (body_ == body_kind::whole) {
        whole_ += piece;
        if (whole_.size() > where_.settings.limits.output_bytes_max)
            fail({failure_kind::answer_too_large, "the model's answer is too large"});
        return;
    }
    completion_events out;
    while (true) {
        const http::event_stream_step step = events_.next(piece);
        if (std::holds_alternative<http::no_event_yet>(step))
            break;
        if (const auto* event = std::get_if<http::stream_event>(&step))
            answer_.take(*event, out);
        else
            out.emplace_back(
                chat_failure{failure_kind::answer_too_large, "the model's answer is too large"}
            );
    }
    queue(std::move(out));
    note_progress();
}

void chat_attempt::take_end() {
    completion_events out;
    if (body_ == body_kind::whole)
        answer_.take_whole(whole_, out);
    answer_.end(events_.end(), out);
    queue(std::move(out));
}

void chat_attempt::take_fault(const http::exchange_failure& fault) {
    if (fault.what == http::exchange_fault::late)
        return end_late();
    // Whoever has finished may hang up as it likes.
    if (exchange_ && answer_.is_finished())
        return take_end();
    fail(failure_of(fault));
}

void chat_attempt::end_late() {
    const model_timeouts& after = where_.settings.timeouts;
    if (answer_.is_finished())
        return take_end();
    if (clock_->now() >= whole_by_)
        return fail(
            {failure_kind::took_too_long,
             "the model's answer was not whole within " + in_seconds(after.total)}
        );
    if (answer_.chunks() == 0)
        return fail(
            {failure_kind::first_token_late,
             "the model said nothing within " + in_seconds(after.first_token)}
        );
    fail(
        {failure_kind::went_silent,
         "the model went silent for " + in_seconds(after.idle) + " in the middle of its answer"}
    );
}

// Comments and empty chunks keep a connection alive, not a model.
void chat_attempt::note_progress() {
    if (answer_.chunks() == chunks_seen_)
        return;
    chunks_seen_ = answer_.chunks();
    if (asked_.more_came)
        asked_.more_came();
    const duration until_next = answer_.is_finished() ? end_grace : where_.settings.timeouts.idle;
    token_by_ = clock_->now() + until_next;
}

void chat_attempt::fail(chat_failure failure) {
    has_failed_ = true;
    pending_.emplace_back(std::move(failure));
}

void chat_attempt::queue(completion_events events) {
    for (completion_event& event : events) {
        has_failed_ = has_failed_ || std::holds_alternative<chat_failure>(event);
        pending_.push_back(std::move(event));
    }
}

}  // namespace clarion::model
