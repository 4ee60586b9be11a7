#include "net/agui/remote_client.hpp"

#include "core/async/assert.hpp"
#include "core/protocol/json_writer.hpp"
#include "net/agui/agui_reader.hpp"
#include "net/http/event_stream.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <variant>

namespace clarion::agui {

namespace {

using protocol::agent_error_code;

constexpr std::size_t refusal_bytes_max = 1024;

ports::remote_failure unavailable(std::string message) {
    return {agent_error_code::agent_unavailable, std::move(message)};
}

/// One run of an endpoint, from the request on.
class stream final : public ports::remote_stream {
public:
    stream(http::client& over, const remote_settings& where, const ports::remote_request& asked)
        : over_(over), where_(where) {
        request_.method = "POST";
        request_.target = where.where;
        request_.repeats = http::repetition::forbidden;
        request_.headers.push_back({"Content-Type", "application/json"});
        request_.headers.push_back({"Accept", "text/event-stream"});
        if (!where.api_key.empty())
            request_.headers.push_back({"Authorization", "Bearer " + where.api_key});
        request_.body = run_input(asked);
    }

    task<ports::remote_event> next() override {
        if (clock_ == nullptr)
            co_await begin();
        while (pending_.empty())
            co_await read_on();
        ports::remote_event event = std::move(pending_.front());
        pending_.pop_front();
        co_return event;
    }

private:
    task<> begin() {
        const executor on = co_await asio::this_coro::executor;
        clock_ = &on.owner();
        const time_point now = clock_->now();
        whole_by_ = now + where_.timeouts.total;
        const time_point first_by = std::min(now + where_.timeouts.first, whole_by_);
        const http::client_deadlines until{
            std::min(now + where_.timeouts.connect, first_by),
            first_by
        };
        http::exchange_result sent = co_await over_.send(std::move(request_), until);
        if (const auto* fault = std::get_if<http::exchange_failure>(&sent)) {
            pending_.emplace_back(
                unavailable("the remote agent cannot be reached: " + fault->message)
            );
            co_return;
        }
        exchange_ = std::get<http::exchange_ptr>(std::move(sent));
        const unsigned status = exchange_->head().status;
        if (status < 200 || status >= 300)
            co_await take_refusal(status);
        event_by_ = clock_->now() + where_.timeouts.idle;
    }

    task<> take_refusal(unsigned status) {
        std::string body;
        const time_point by = clock_->now() + where_.timeouts.connect;
        while (body.size() < refusal_bytes_max) {
            http::body_step step = co_await exchange_->read(by);
            const auto* piece = std::get_if<std::string>(&step);
            if (piece == nullptr)
                break;
            body += *piece;
        }
        body.resize(std::min(body.size(), refusal_bytes_max));
        std::string why = "the remote agent answers HTTP " + std::to_string(status);
        pending_.emplace_back(unavailable(body.empty() ? why : why + ": " + body));
    }

    task<> read_on() {
        http::body_step step = co_await exchange_->read(std::min(event_by_, whole_by_));
        if (const auto* piece = std::get_if<std::string>(&step))
            take_piece(*piece);
        else if (const auto* fault = std::get_if<http::exchange_failure>(&step))
            take_fault(*fault);
        else
            take_end();
    }

    void take_piece(std::string_view piece) {
        while (true) {
            const http::event_stream_step step = events_.next(piece);
            if (std::holds_alternative<http::no_event_yet>(step))
                return;
            const auto* event = std::get_if<http::stream_event>(&step);
            if (event == nullptr) {
                pending_.emplace_back(unavailable("the remote agent sent an event that is too large"
                ));
                return;
            }
            event_by_ = clock_->now() + where_.timeouts.idle;
            for (ports::remote_event& one : run_.take(event->data))
                pending_.push_back(std::move(one));
        }
    }

    void take_fault(const http::exchange_failure& fault) {
        if (fault.what == http::exchange_fault::late)
            pending_.emplace_back(
                unavailable("the remote agent went silent in the middle of its run")
            );
        else
            pending_.emplace_back(unavailable("the remote agent hung up: " + fault.message));
    }

    // Whole data without its blank line still counts.
    void take_end() {
        if (const auto last = events_.end())
            for (ports::remote_event& one : run_.take(last->data))
                pending_.push_back(std::move(one));
        if (!run_.is_over())
            pending_.emplace_back(unavailable("the remote agent\'s stream ended before its run did")
            );
    }

    http::client& over_;
    const remote_settings& where_;
    http::client_request request_;
    http::exchange_ptr exchange_;
    http::event_stream_parser events_;
    agui_reader run_;
    std::deque<ports::remote_event> pending_;
    scheduler* clock_ = nullptr;
    time_point event_by_;
    time_point whole_by_;
};

}  // namespace

std::string run_input(const ports::remote_request& asked) {
    std::string messages = "[";
    for (const ports::remote_message& one : asked.messages) {
        if (messages.size() > 1)
            messages += ',';
        protocol::object_writer message(messages);
        message("id", one.id);
        message("role", one.by == ports::remote_message::author::user ? "user" : "assistant");
        message("content", one.text);
        message.end();
    }
    messages += ']';
    const protocol::json_view nothing{"{}"};
    const protocol::json_view none{"[]"};
    std::string body;
    protocol::object_writer writer(body);
    writer("threadId", asked.thread_id);
    writer("runId", asked.run_id);
    writer("state", nothing);
    writer("messages", protocol::json_view{messages});
    writer("tools", none);
    writer("context", none);
    writer("forwardedProps", nothing);
    writer.end();
    return body;
}

remote_set::remote_set(std::vector<remote_settings> all, http::client_options options)
    : over_(std::move(options)) {
    for (remote_settings& one : all) {
        std::string name = one.name;
        all_.emplace(std::move(name), std::move(one));
    }
}

std::unique_ptr<ports::remote_stream>
remote_set::begin(std::string_view name, ports::remote_request asked) {
    const auto found = all_.find(name);
    CLARION_ASSERT(found != all_.end());
    return std::make_unique<stream>(over_, found->second, asked);
}

std::unique_ptr<ports::remote_stream>
remote_sets::begin(std::string_view name, ports::remote_request asked, const executor& on) {
    const auto owner =
        std::ranges::find(sets_, &on.owner(), [](const auto& set) { return set.first; });
    CLARION_ASSERT(owner != sets_.end());
    return owner->second->begin(name, std::move(asked));
}

}  // namespace clarion::agui
