#pragma once

#include "tools/clarion-chat/dialogue.hpp"
#include "tools/clarion-chat/line_source.hpp"
#include "tools/clarion-chat/link.hpp"
#include "tools/clarion-chat/screen.hpp"
#include "tools/clarion-chat/silence.hpp"
#include "tools/clarion-chat/typed_line.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace clarion::chat {

enum class certificate_check { verified, none };

struct client_options {
    websocket_url url;
    std::optional<std::string> token;
    std::string authorities;  ///< a PEM file for wss; empty: the system's
    certificate_check check = certificate_check::verified;
    std::string thread_id;            ///< empty: a fresh one
    std::optional<std::string> text;  ///< none: interactive
    output_form form = output_form::words;
};

/// The terminal client: one dialogue over as many connections as it takes. One shard.
class client {
public:
    /// `lines` is what a person types, and outlives it; none: nobody does. `from` is the shard's
    /// randomness.
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
    task<> say_again();
    task<> talk();
    task<> read_lines();
    task<> watch_interrupts();
    task<> spin();

    bool wants_line() const;
    void show_prompt();
    void take_line(const std::string& line);
    void obey(const typed::nothing&);
    void obey(const typed::message& message);
    void obey(const typed::decision& decision);
    void obey(const typed::list_threads&);
    void obey(const typed::change_thread& wanted);
    void obey(const typed::new_thread&);
    void obey(const typed::cancel&);
    void obey(const typed::quit&);
    void obey(const typed::help&);
    void obey(const typed::refused& line);

    void act(reaction what);
    void queue(websocket::opcode kind, std::string body);
    void note(const std::string& line);
    /// In the place of a spinner or a prompt.
    void print(std::string_view text);
    /// As it is.
    void write(std::string_view text);
    void finish(exit_status with);

    client_options options_;
    server_address to_;
    line_source* lines_;
    random_source& random_;
    terminal_facts screen_facts_;
    screen screen_;
    bool is_input_terminal_;
    dialogue dialogue_;

    std::optional<exit_status> status_;  // set: everything ends
    wakeup finished_;
    exit_status last_ = exit_status::completed;  // of the last message

    static constexpr std::size_t held_lines_max = 16;  // full: nothing more is read
    std::deque<std::string> held_;                     // typed, not said yet
    bool input_ended_ = false;
    wakeup talk_due_;
    wakeup input_due_;
    wakeup message_begun_;

    std::deque<outgoing_frame> outbox_;  // bounded by one message and the answers to the server
    wakeup outbox_filled_;
    std::optional<std::string> drop_;  // why the connection is to be given up
    silence silence_;
    std::optional<milliseconds> again_after_;  // for the message that the server holds off
    wakeup again_asked_;
    time_point lost_at_ =
        time_point::never();  // never: the last connection worked, or is the first
    bool was_live_ = false;
    unsigned failures_ = 0;
};

/// Makes shard, input and client, and runs them to the end. Throws net::tls_error.
exit_status run_client(client_options options);

}  // namespace clarion::chat
