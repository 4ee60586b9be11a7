#pragma once

#include "core/async/mailbox.hpp"
#include "core/async/sleep.hpp"
#include "core/session/connection.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::support {

/// A client and its connection without a socket: the test puts in what the client sends and looks
/// at what it was sent. Written through the same interface as a WebSocket.
class memory_connection final : public session::connection {
public:
    // The client's side.
    void client_sends(std::string text) {
        (void)incoming_.push(session::text_message{std::move(text)});
    }
    void client_sends(session::inbound what) { (void)incoming_.push(std::move(what)); }
    void client_closes(std::uint16_t code) {
        client_sends(session::ended{session::ended::by::peer, code, ""});
    }
    void client_vanishes() {
        client_sends(session::ended{session::ended::by::transport, 0, "connection reset"});
    }
    /// From now on the client takes nothing in: sends hang until `abort`.
    void client_stops_reading() { reads_ = false; }
    void client_reads_again() {
        reads_ = true;
        readable_.notify();
    }

    /// From now on the client takes so long for each write.
    void client_reads_slowly(duration each) { takes_ = each; }

    /// From now on the client leaves pings without an answer, as one whose network is gone.
    void client_stops_answering() { answers_pings_ = false; }

    // What the client has seen.
    const std::vector<std::string>& received() const { return received_; }
    std::size_t pongs() const { return pongs_; }
    std::size_t pings() const { return pings_; }
    std::size_t writes() const { return writes_; }
    std::optional<protocol::close_code> close_code() const { return close_code_; }
    const std::string& close_reason() const { return close_reason_; }

    // session::connection
    task<session::inbound> receive() override {
        auto next = co_await incoming_.pop();
        if (!next)
            co_return session::inbound(session::ended{session::ended::by::transport, 0, "aborted"});
        co_return *std::move(next);
    }

    task<session::send_verdict> send(std::vector<session::shared_frame> batch) override {
        if (takes_ > duration(0))
            co_await sleep_for(takes_);
        while (!reads_ && !aborted_)
            co_await readable_.wait();
        if (aborted_)
            co_return session::send_verdict(session::gone{"aborted"});
        ++writes_;
        for (const session::shared_frame& frame : batch) {
            if (frame->kind == session::frame_kind::text)
                received_.push_back(frame->body);
            else if (frame->kind == session::frame_kind::pong)
                ++pongs_;
            else
                take_ping();
        }
        co_return session::send_verdict(session::sent{});
    }

    task<> send_close(protocol::close_code code, std::string_view reason) override {
        close_code_ = code;
        close_reason_ = reason;
        // A client answers a close frame with its own.
        client_closes(static_cast<std::uint16_t>(code));
        co_return;
    }

    void abort() noexcept override {
        aborted_ = true;
        incoming_.close();
        readable_.notify();
    }

private:
    void take_ping() {
        ++pings_;
        if (answers_pings_)
            client_sends(session::inbound(session::pong_received{}));
    }

    mailbox<session::inbound> incoming_{4096};
    std::vector<std::string> received_;
    std::size_t pongs_ = 0;
    std::size_t pings_ = 0;
    bool answers_pings_ = true;
    std::size_t writes_ = 0;
    std::optional<protocol::close_code> close_code_;
    std::string close_reason_;
    bool reads_ = true;
    duration takes_{0};
    bool aborted_ = false;
    wakeup readable_;
};

}  // namespace clarion::support
