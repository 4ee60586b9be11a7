#pragma once

#include "core/ports/model.hpp"
#include "net/http/client.hpp"
#include "net/http/event_stream.hpp"
#include "net/model/completion.hpp"
#include "net/model/endpoint.hpp"

#include <deque>
#include <optional>
#include <string>

namespace clarion::model {

/// Asks one endpoint once: sends the request, reads the answer as it comes, and watches the four
/// time-outs. Destroyed early, it drops the connection at once. One shard; what it is given
/// outlives it.
class chat_attempt {
public:
    chat_attempt(http::client& over, endpoint& where, const ports::model_request& asked);

    /// What comes next; an answer or a failure is the last. Throws operation_aborted when
    /// cancelled.
    task<completion_event> next();

private:
    enum class body_kind : std::uint8_t { events, whole };

    task<> begin();
    task<> send(time_point first_token_by);
    task<> take_refusal(time_point by);
    task<> read_on();
    task<> drain();
    void take_piece(std::string_view piece);
    void take_end();
    void take_fault(const http::exchange_failure& fault);
    void end_late();
    void note_progress();
    void fail(chat_failure failure);
    void queue(completion_events events);
    http::client_request request() const;

    http::client& over_;
    endpoint& where_;
    const ports::model_request& asked_;
    http::exchange_ptr exchange_;
    http::event_stream_parser events_;
    completion answer_;
    std::deque<completion_event> pending_;
    body_kind body_ = body_kind::events;
    std::string whole_;
    scheduler* clock_ = nullptr;
    time_point token_by_;  // when the next chunk is late
    time_point whole_by_;
    std::size_t chunks_seen_ = 0;
    bool has_failed_ = false;
};

}  // namespace clarion::model
