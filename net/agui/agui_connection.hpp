#pragma once

#include "core/async/mailbox.hpp"
#include "core/session/connection.hpp"
#include "net/agui/agui_writer.hpp"
#include "net/byte_stream.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::agui {

/// What an AG-UI client asks for: one run, or the rest of one.
struct run_wish {
    std::string thread_id;
    /// The run's id at the client, and its message's id here: asked for again, it is the same run.
    std::string run_id;
    std::string text;
    std::optional<std::string> agent;
    /// From `Last-Event-ID`: what came up to there is not told again.
    std::optional<cursor> after;
};

/// What of a `RunAgentInput` counts: its ids, and the last message of the user's. A sentence for
/// the client when it cannot be had.
[[nodiscard]] std::variant<run_wish, std::string> wish_from(const std::string& body);

/// A session's connection behind which an AG-UI client asks for one run and is told it as it goes.
/// To the session it is a client as any other, which sends `message` and reads the thread's events;
/// that the client leaves ends the session and not the run. One shard.
class agui_connection final : public session::connection {
public:
    /// `stream` outlives it.
    agui_connection(net::byte_stream& stream, run_wish wish);

    /// Reads what the client sends, which is nothing, until it has gone. Beside the session.
    task<> watch_client();

    task<session::inbound> receive() override;
    task<session::send_verdict> send(std::vector<session::shared_frame> batch) override;
    task<> send_close(protocol::close_code code, std::string_view reason) override;
    void abort() noexcept override;

private:
    using object = boost::json::object;

    void take(const object& frame, std::string& out);
    void take_accepted(const object& frame);
    void take_refusal(const object& error, std::string& out);
    void take_event(const object& frame, std::string& out);
    void take_caught_up(std::string& out);
    void begin_answer(std::string& out);
    void end(session::ended how);
    std::string message_frame() const;

    net::byte_stream& stream_;
    run_wish wish_;
    agui_writer told_;
    mailbox<session::inbound> incoming_{64};
    std::string run_id_;  // here; empty until the message is accepted
    std::int64_t message_seq_ = 0;
    std::int64_t last_seq_ = 0;
    std::int64_t now_ms_ = 0;  // Unix ms, as of the batch at hand
    bool asks_for_history_ = false;
    bool is_answered_ = false;  // the head of the answer is on its way
    bool has_ended_ = false;
};

}  // namespace clarion::agui
