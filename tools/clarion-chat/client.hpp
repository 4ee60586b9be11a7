#pragma once

#include "tools/clarion-chat/dialogue.hpp"
#include "tools/clarion-chat/line_source.hpp"
#include "tools/clarion-chat/link.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace clarion::chat {

struct client_options {
    websocket_url url;
    std::optional<std::string> token;
    std::string thread_id;            ///< empty: a fresh one
    std::optional<std::string> text;  ///< none: interactive
    output_form form = output_form::words;
};

/// The terminal client: one dialogue over as many connections as it takes. One shard.
class client {
public:
    /// `lines` is what an interactive one reads, and outlives it; `from` the shard's randomness.
    client(client_options options, server_address to, line_source* lines, random_source& from);

    /// Ends with the process's status; everything has been printed and the connection is closed.
    task<exit_status> run();

private:
    struct connection_end {
        std::uint16_t code = 0;  // of the close frame; 0 without one
        std::string reason;
        std::uint16_t answer = 1000;  // what our own close frame says
    };
    struct outgoing_frame {
        websocket::opcode kind = websocket::opcode::text;
        std::string body;
    };

    task<> stay_connected();
    task<bool> comes_back(link_failure why);
    task<connection_end> serve(link& over);
    task<connection_end> receive_all(link& over);
    task<> send_all(link& over);
    task<> watch_silence(link& over);
    task<> talk();
    task<> read_lines();
    task<> say(std::string text);
    task<> watch_interrupts();

    void act(reaction what);
    void queue(websocket::opcode kind, std::string body);
    void note(const std::string& line);
    void print(std::string_view text);
    void finish(exit_status with);

    client_options options_;
    server_address to_;
    line_source* lines_;
    random_source& random_;
    dialogue dialogue_;

    std::optional<exit_status> status_;  // set: everything ends
    wakeup finished_;
    exit_status last_ = exit_status::completed;  // of the last message
    wakeup message_ended_;

    std::deque<outgoing_frame> outbox_;  // bounded by one message and the answers to the server
    wakeup outbox_filled_;
    std::optional<std::string> drop_;  // why the connection is to be given up
    time_point heard_at_;
    time_point lost_at_ =
        time_point::never();  // never: the last connection worked, or is the first
    bool was_live_ = false;
    unsigned failures_ = 0;
};

/// Makes shard, input and client, and runs them to the end. Throws net::tls_error.
exit_status run_client(client_options options);

}  // namespace clarion::chat
