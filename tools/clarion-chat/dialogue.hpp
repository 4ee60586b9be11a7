#pragma once

#include "core/async/timer_queue.hpp"
#include "core/protocol/server_frames.hpp"
#include "tools/clarion-chat/exit_status.hpp"
#include "tools/clarion-chat/open_approvals.hpp"
#include "tools/clarion-chat/renderer.hpp"
#include "tools/clarion-chat/run_activity.hpp"
#include "tools/clarion-chat/thread_cursor.hpp"
#include "tools/clarion-chat/typed_line.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::chat {

enum class output_form { words, frames };
/// Whether somebody can be asked: who types lines, or nobody.
enum class attendance { script, person };

struct dialogue_options {
    std::string thread_id;
    output_form form = output_form::words;
    rendering how = rendering::plain;
    attendance attended = attendance::script;
};

/// What is to be done about something that has happened.
struct reaction {
    std::string print;                 ///< on stdout, as it is
    std::vector<std::string> notices;  ///< lines for stderr, without control characters
    std::vector<std::string> send;     ///< text frames, in order
    std::optional<exit_status> ended;  ///< how the message ended, once for each
    std::optional<std::string> drop;   ///< why the connection is of no use any more: dial again
    /// The server takes the message later: call `say_again` after so long.
    std::optional<std::int64_t> again_after_ms;
};

/// The client's side of clarion.v1 for one thread and one message at a time, without any I/O. It
/// outlives connections: after each loss it subscribes from its cursor and sends again what the
/// server has not accepted, under the same message_id (PROTOCOL §5).
class dialogue {
public:
    explicit dialogue(dialogue_options options)
        : options_(std::move(options)), renderer_(options_.how) {}

    /// One text frame of the server.
    reaction hear(std::string_view frame);
    /// Sends a message now, or once there is a connection. Precondition: not busy; `text` is UTF-8
    /// and not empty.
    reaction say(std::string message_id, std::string text);
    /// The wait that the server asked for is over. Nothing if the message has gone out meanwhile.
    reaction say_again();
    /// Asks the server to end the run of the message. Precondition: busy.
    reaction cancel();
    /// Decides the approval that has waited longest.
    reaction decide(const typed::decision& decision);
    reaction list_threads();
    /// Goes to another thread, live only. Precondition: not busy.
    reaction change_thread(std::string thread_id);
    /// The connection is gone with this close code, or 0 without one.
    reaction connection_lost(std::uint16_t close_code);

    /// A message is on its way or its run is active.
    bool is_busy() const { return message_.has_value(); }
    bool has_open_approval() const { return !approvals_.empty(); }
    const std::string& thread_id() const { return options_.thread_id; }
    /// What the message's run does now, for a spinner; empty when nothing turns.
    std::string activity() const;
    bool can_cancel() const { return message_ && message_->sent && !message_->cancel_asked; }
    /// The thread is followed.
    bool is_live() const { return phase_ == phase::live; }
    /// Everything missed has come and no answer is awaited: the connection has done its work.
    bool is_settled() const { return is_live() && is_caught_up_ && !awaits_answer(); }
    /// Something was written that the server has not answered yet.
    bool awaits_answer() const;
    /// How long nothing may come before a ping is due; nothing before `welcome`.
    std::optional<duration> usual_silence() const;
    /// The wait that the server asked for before it went away; once.
    std::optional<std::int64_t> take_reconnect_after_ms();
    /// Ends the line that streaming text has left open.
    std::string break_line() { return renderer_.break_line(); }
    /// The same for a notice on the same screen; what goes into a file stays as it is.
    std::string room_for_notice() {
        return options_.how == rendering::plain ? std::string() : break_line();
    }

private:
    enum class phase { offline, asked, live };

    struct message {
        std::string id;
        std::string text;
        std::string run_id;  // once accepted
        bool sent = false;   // on any connection
        bool cancel_asked = false;
        bool is_held = false;  // by the server, for a while
    };

    void on_event(const boost::json::object& frame, std::string_view text, reaction& out);
    void on_own_event(std::string_view type, reaction& out);
    void on_welcome(const boost::json::object& frame, reaction& out);
    void on_subscribed(const boost::json::object& frame, reaction& out);
    void on_caught_up(const boost::json::object& frame, reaction& out);
    void on_accepted(const boost::json::object& frame, reaction& out);
    void on_cancel_result(const boost::json::object& frame, reaction& out);
    void on_error(const boost::json::object& frame, reaction& out);
    void on_deleted(reaction& out);
    void on_going_away(const boost::json::object& frame, reaction& out);
    void on_approve_result(const boost::json::object& frame, reaction& out);
    void on_threads(const boost::json::object& frame, reaction& out);
    void on_thread_changed(const boost::json::object& frame, reaction& out);
    void on_agents(const boost::json::object& frame, reaction& out);
    void on_token_expiring(const boost::json::object& frame, reaction& out);
    void hear_frame(std::string_view type, const boost::json::object& frame, reaction& out);
    void greet(const protocol::server::welcome& welcome, reaction& out);
    void tell_of_approvals(reaction& out);

    bool is_own_message(std::string_view type, const boost::json::object& payload) const;
    std::string frame_id_of_message() const { return "m" + message_->id; }
    void subscribe(reaction& out);
    void close_gap(reaction& out);
    void send_message(reaction& out);
    void send_cancel(reaction& out) const;
    void hold_message(const protocol::server::error& error, reaction& out);
    void lose_message(const std::string& why, reaction& out);
    void notice(const std::string& text, reaction& out);

    dialogue_options options_;
    renderer renderer_;
    thread_cursor cursor_;
    phase phase_ = phase::offline;
    std::string asked_as_;  // the id of the last `subscribe`
    unsigned subscribes_ = 0;
    unsigned gaps_ = 0;  // in a row, without a new event between them
    bool is_caught_up_ = false;
    bool is_copy_lost_ = false;     // until caught_up: what is replayed was shown before, or is old
    bool is_message_seen_ = false;  // in the log, since the copy was lost
    std::optional<message> message_;
    std::optional<protocol::server::heartbeat> heartbeat_;
    std::optional<protocol::server::announced_limits> limits_;
    std::optional<std::int64_t> reconnect_after_ms_;
    open_approvals approvals_;
    run_activity activity_;
    unsigned asides_ = 0;  // frames with an id beside the message
    std::set<std::string> absent_agents_;
    bool is_greeted_ = false;
};

}  // namespace clarion::chat
