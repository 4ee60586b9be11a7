#pragma once

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::agui {

/// Where a stream stands: what the client names in `Last-Event-ID` to go on from there.
struct cursor {
    std::string epoch;
    std::int64_t seq = 0;
};
[[nodiscard]] std::string to_text(const cursor& at);
[[nodiscard]] std::optional<cursor> cursor_from(std::string_view text);

/// Tells the events of one run (PROTOCOL §4) as AG-UI events in a `text/event-stream`. What has no
/// event there goes as `CUSTOM` under its own name. A plain state machine.
class agui_writer {
public:
    /// Ids of the client's own.
    agui_writer(std::string thread_id, std::string run_id)
        : thread_id_(std::move(thread_id)), run_id_(std::move(run_id)) {}

    /// The server-sent events of one event frame, the last of them with its cursor as `id`; empty
    /// for one that is not told.
    [[nodiscard]] std::string write(const boost::json::object& event_frame);
    /// A run that ends without a terminal event of its own.
    [[nodiscard]] std::string fail(std::string_view code, std::string_view message);

    /// The run's end was written.
    bool is_over() const { return is_over_; }

private:
    class sentences;

    void write_text(const boost::json::object& payload, sentences& out);
    void end_text(const boost::json::object& payload, sentences& out);
    void write_thought(const boost::json::object& payload, sentences& out);
    void write_call(const boost::json::object& payload, sentences& out);
    void write_result(const boost::json::object& payload, sentences& out);
    void write_end(const boost::json::object& payload, std::string_view type, sentences& out);
    void close_open(sentences& out);

    std::string thread_id_;
    std::string run_id_;
    std::string open_text_;  // its message's id; empty: none
    std::int64_t thoughts_ = 0;
    bool is_over_ = false;
};

}  // namespace clarion::agui
