#pragma once

#include "core/async/task_group.hpp"
#include "net/websocket/transport.hpp"
#include "tools/clarion-trace/scenarios/server.hpp"
#include "tools/clarion-trace/scenarios/thread_copy.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::scenarios {

/// One message that somebody wants answered.
struct errand {
    std::string message_id;
    std::string text;
    std::string on_busy = "enqueue";
};

/// When the first frames go out.
enum class opening : std::uint8_t {
    waits,    ///< for `welcome`
    at_once,  ///< in one segment with the upgrade
    soon,     ///< behind the upgrade's answer, without waiting for more
    later,    ///< some milliseconds behind it, without waiting for more
    either,   ///< `waits` or `at_once`
};

/// What somebody is like. "One in" as elsewhere: where the schedule is not FIFO; 0 never.
struct manners {
    opening begins = opening::either;
    std::size_t cut_one_in = 0;     ///< drops the connection behind a frame, and comes back
    std::size_t cancel_one_in = 0;  ///< cancels a run of their own behind an event of it
    std::size_t dawdle_one_in = 0;  ///< reads on only after a while
    duration arrives_after{0};
    /// Messages of others whose end they want to see too.
    std::vector<std::string> awaits{};
    /// A good token; without it they are who they say.
    std::function<std::string()> token{};
};

/// A client that keeps to PROTOCOL: subscribes from where it stands, sends again what was not
/// accepted, comes back after every loss, and notes what no server may do. On a shard of its own.
class person {
public:
    person(server& at, std::string name, manners how);
    person(const person&) = delete;
    person& operator=(const person&) = delete;

    /// Once.
    void begin(std::vector<errand> wanted);
    bool has_ended() const { return has_ended_; }

    const std::string& name() const { return name_; }
    const thread_copy& copy() const { return copy_; }
    /// Everybody's thread.
    static constexpr std::string_view thread_id = "t1";
    std::vector<std::string> complaints() const;

private:
    class watchdog;
    struct errand_state {
        errand what;
        std::size_t sent = 0;           // ever
        bool is_sent_here = false;      // on this connection
        bool is_accepted_here = false;  // on this connection
        std::string run_id{};
        std::optional<std::string> cancel_verdict{};
        bool is_cancelled = false;
    };

    task<> live();
    task<> visit();
    task<std::optional<std::string>> open(net::byte_stream& stream);
    task<> converse(websocket::transport& over, watchdog& patience);
    task<bool> answer(websocket::transport& over, websocket::incoming came);
    task<> send_due(websocket::transport& over);

    void begin_connection();
    void queue_opening();
    void take(const std::string& text);
    void take_event(const boost::json::object& frame, const std::string& text);
    void take_accepted(const boost::json::object& frame);
    void take_error(const boost::json::object& frame);
    void take_cancel_result(const boost::json::object& frame);
    void take_pong(const boost::json::object& frame);
    void note_close(const websocket::closed& how);
    void maybe_cancel(errand_state& one);
    bool is_done() const;
    bool chance(std::size_t one_in);
    void complain(std::string what) { complaints_.push_back(name_ + ": " + std::move(what)); }

    server& server_;
    const std::string name_;
    const manners how_;
    executor on_;
    thread_copy copy_;
    std::deque<errand_state> errands_;
    std::vector<std::string> complaints_;
    std::vector<std::string> due_;  // frames to be sent
    std::deque<std::string> pongs_due_;
    std::size_t visits_ = 0;
    bool is_welcome_ = false;
    bool is_pipelining_ = false;  // does not wait for `welcome`
    bool comes_back_ = false;     // something has to be asked again on a new connection
    bool server_goes_ = false;
    bool is_given_up_ = false;
    bool has_ended_ = false;
    task_group alive_;
};

}  // namespace clarion::scenarios
