#pragma once

#include "core/async/task_group.hpp"
#include "core/async/wakeup.hpp"
#include "net/http/client.hpp"
#include "net/http/event_stream.hpp"
#include "net/mcp/channel.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::mcp {

struct http_channel_settings {
    http::url where;
    duration connect = std::chrono::seconds(5);
};

/// So often in a row a stream that broke is asked for again, without a message on it.
inline constexpr int resumptions_max = 8;
/// Notifications and answers that are on their way to the server; past it they are left out.
inline constexpr std::size_t errands_max = 64;

/// Speaks MCP over HTTP (transport "Streamable HTTP"): each request is a POST, answered by JSON or
/// by a stream of events. Of the revisions before the newest it knows sessions, and goes on with a
/// broken stream by GET with `Last-Event-ID`. Closed, it still lets requests under way end.
class http_channel final : public channel {
public:
    /// `over` outlives the channel.
    http_channel(
        const executor& on,
        http::client& over,
        http_channel_settings settings,
        heard_sink heard
    );

    task<std::string> run() override;
    task<ask_outcome> ask(question asked) override;
    task<> tell(rpc_notification told) override;
    void forget() override;
    void agree(const agreement& on) override;
    task<> close() override;

private:
    struct conversation;
    class place;
    using outcome = std::optional<ask_outcome>;

    http::client_request post(const std::string& method, std::string body) const;
    http::client_request get(const conversation& talk) const;
    http::client_request made(std::string method, const std::string& session) const;
    bool is_modern() const { return agreed_ && agreed_->spoken == era::modern; }
    task<ask_outcome> take_answer(conversation& talk, const std::string& method);
    task<ask_outcome> take_whole(conversation& talk);
    task<ask_outcome> take_events(conversation& talk);
    task<ask_outcome> take_refusal(conversation& talk);
    task<outcome> read_events(conversation& talk);
    outcome take_piece(conversation& talk, std::string_view piece);
    task<outcome> resume(conversation& talk);
    outcome take_message(conversation& talk, const rpc_message& message);
    void take_notification(conversation& talk, const rpc_notification& told);
    void send_along(http::client_request message);
    task<> carry(http::client_request message, duration time);
    task<> hear();

    http::client& over_;
    http_channel_settings settings_;
    heard_sink heard_;
    std::optional<agreement> agreed_;
    std::string session_;
    std::int64_t last_id_ = 0;
    wakeup has_agreed_;
    bool is_closed_ = false;
    task_group errands_;
};

}  // namespace clarion::mcp
