#include "tools/clarion-trace/scenarios/thread_copy.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace clarion::scenarios {

namespace {

std::string text_of(const boost::json::object& frame, std::string_view name) {
    return std::string(frame.at(name).as_string());
}

bool flag_of(const boost::json::object& frame, std::string_view name) {
    const auto* value = frame.if_contains(name);
    return value != nullptr && value->is_bool() && value->as_bool();
}

bool is_terminal(std::string_view type) {
    return type == "agent_completed" || type == "agent_error" || type == "agent_cancelled";
}

}  // namespace

std::string
written_down(std::string_view type, std::string_view run_id, const boost::json::value& payload) {
    return std::string(type) + ' ' + std::string(run_id) + ' ' + boost::json::serialize(payload);
}

std::string thread_copy::cursor() const {
    return R"({"epoch":")" + epoch_ + R"(","seq":)" + std::to_string(seq_) + '}';
}

void thread_copy::complain(std::string what) {
    complaints_.push_back("thread " + thread_id_ + ": " + std::move(what));
}

void thread_copy::subscribed(const boost::json::object& frame) {
    is_subscribed_ = is_replaying_ = true;
    head_at_subscribe_ = frame.at("seq").as_int64();
    if (!flag_of(frame, "recovered"))
        complain("a cursor of the log was not recovered: " + boost::json::serialize(frame));
    if (head_at_subscribe_ < seq_)
        complain(
            "subscribed at " + std::to_string(head_at_subscribe_) + ", behind what was shown, " +
            std::to_string(seq_)
        );
}

void thread_copy::caught_up(const boost::json::object& frame) {
    const std::int64_t at = frame.at("seq").as_int64();
    if (!is_replaying_)
        complain("caught_up without a replay");
    if (at < head_at_subscribe_)
        complain("caught_up at " + std::to_string(at) + ", below subscribed.seq");
    if (at != seq_)
        complain(
            "caught_up at " + std::to_string(at) + ", and the last event was " +
            std::to_string(seq_)
        );
    is_replaying_ = false;
}

void thread_copy::take(const boost::json::object& frame) {
    const std::int64_t seq = frame.at("seq").as_int64();
    const std::string type = text_of(frame, "type");
    if (!is_subscribed_)
        complain(type + ' ' + std::to_string(seq) + " came without a subscription");
    if (seq <= seq_)
        complain(type + ' ' + std::to_string(seq) + " came again");
    else if (seq != seq_ + 1)
        complain("after " + std::to_string(seq_) + " came " + type + ' ' + std::to_string(seq));
    if (flag_of(frame, "replay") != is_replaying_)
        complain(type + ' ' + std::to_string(seq) + " has the wrong `replay`");
    const std::string epoch = text_of(frame, "epoch");
    if (!epoch_.empty() && epoch != epoch_)
        complain("the epoch changed");
    epoch_ = epoch;
    seq_ = seq;
    const std::string run_id = text_of(frame, "run_id");
    const boost::json::value& payload = frame.at("payload");
    events_.emplace(seq, written_down(type, run_id, payload));
    if (type == "user_message")
        runs_.emplace(text_of(payload.as_object(), "message_id"), run_id);
    if (is_terminal(type) && !endings_.emplace(run_id, type).second)
        complain("run " + run_id + " ended twice");
}

std::string thread_copy::ending_of(const std::string& message_id) const {
    const auto run = runs_.find(message_id);
    if (run == runs_.end())
        return {};
    const auto ending = endings_.find(run->second);
    return ending == endings_.end() ? std::string() : ending->second;
}

}  // namespace clarion::scenarios
