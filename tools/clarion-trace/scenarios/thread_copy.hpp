#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::scenarios {

/// What a client knows of one thread: PROTOCOL §5 as a fold over the frames that it got. What no
/// server may do becomes a complaint.
class thread_copy {
public:
    explicit thread_copy(std::string thread_id) : thread_id_(std::move(thread_id)) {}

    /// The cursor to subscribe with, as JSON.
    std::string cursor() const;

    void subscribed(const boost::json::object& frame);
    void caught_up(const boost::json::object& frame);
    /// An event of this thread.
    void take(const boost::json::object& frame);
    /// The connection is gone, and the subscription with it.
    void disconnected() { is_subscribed_ = is_replaying_ = false; }

    std::int64_t seq() const { return seq_; }
    const std::string& epoch() const { return epoch_; }
    bool is_subscribed() const { return is_subscribed_; }
    bool is_live() const { return is_subscribed_ && !is_replaying_; }
    bool has_message(const std::string& message_id) const { return runs_.contains(message_id); }
    /// The type of the terminal of the message's run; empty when it has none yet.
    std::string ending_of(const std::string& message_id) const;
    /// By seq: type, run and payload.
    const std::map<std::int64_t, std::string>& events() const { return events_; }
    const std::vector<std::string>& complaints() const { return complaints_; }

private:
    void complain(std::string what);

    std::string thread_id_;
    std::string epoch_;
    std::int64_t seq_ = 0;
    std::int64_t head_at_subscribe_ = 0;
    bool is_subscribed_ = false;
    bool is_replaying_ = false;
    std::map<std::int64_t, std::string> events_;
    std::map<std::string, std::string> runs_;     // by message id
    std::map<std::string, std::string> endings_;  // by run id
    std::vector<std::string> complaints_;
};

/// How the copy writes an event down.
std::string
written_down(std::string_view type, std::string_view run_id, const boost::json::value& payload);

}  // namespace clarion::scenarios
