#include "net/mcp/line_channel.hpp"

#include "core/async/first_of.hpp"
#include "net/mcp/progress.hpp"

#include <array>
#include <utility>
#include <variant>

namespace clarion::mcp {

namespace json = boost::json;

/// A request whose answer has not come.
struct line_channel::pending {
    std::int64_t id = 0;
    patience waits;
    scheduler& clock;
    const ports::progress_sink& on_progress;
    std::optional<ask_outcome> came{};
    wakeup changed{};
};

/// A place among those that wait. Who leaves without an answer says so to the server.
class line_channel::place {
public:
    place(line_channel& of, pending& waiting, giving_up cancels)
        : of_(of), waiting_(waiting), cancels_(cancels) {
        of_.pending_.emplace(waiting_.id, &waiting_);
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        of_.pending_.erase(waiting_.id);
        if (waiting_.came || cancels_ == giving_up::silent || of_.ended_)
            return;
        rpc_notification cancelled;
        cancelled.method = "notifications/cancelled";
        cancelled.params["requestId"] = waiting_.id;
        (void)of_.send(encode(cancelled));
    }

private:
    line_channel& of_;
    pending& waiting_;
    giving_up cancels_;
};

line_channel::line_channel(net::byte_stream& over, heard_sink heard, noise_sink on_noise)
    : over_(over), heard_(std::move(heard)), on_noise_(std::move(on_noise)) {}

line_channel::~line_channel() = default;

task<std::string> line_channel::run() {
    auto first = co_await first_of(read_lines(), write_lines());
    std::string why =
        first.index() == 0 ? std::get<0>(std::move(first)) : std::get<1>(std::move(first));
    fail_all({ask_failure::fault::closed, 0, why});
    co_return why;
}

task<std::string> line_channel::read_lines() {
    std::array<char, 16384> room{};
    std::string line;
    while (true) {
        net::io_result got = co_await over_.read_some(room);
        if (const auto* closed = std::get_if<net::stream_closed>(&got))
            co_return closed->how == net::stream_end::end_of_stream ? std::string("ended")
                                                                    : "ended: " + closed->message;
        std::string_view bytes(room.data(), std::get<std::size_t>(got));
        for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
             end = bytes.find('\n')) {
            line += bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            take(line);
            line.clear();
        }
        line += bytes;
        if (line.size() > message_bytes_max)
            co_return std::string("sent a line that is too large");
        if (bad_lines_ > bad_lines_max)
            co_return std::string("does not speak MCP");
    }
}

task<std::string> line_channel::write_lines() {
    while (true) {
        while (outgoing_.empty())
            co_await has_outgoing_.wait();
        const std::string line = std::move(outgoing_.front());
        outgoing_.pop_front();
        net::io_result sent = co_await over_.write(line);
        outgoing_bytes_ -= line.size();
        // A server that has gone says so by the end of what it writes, with more to it.
        if (std::holds_alternative<net::stream_closed>(sent))
            co_return std::string("does not read any longer");
    }
}

void line_channel::take(std::string_view line) {
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos)
        return;
    const rpc_message message = parse_message(line);
    if (std::holds_alternative<not_rpc>(message)) {
        ++bad_lines_;
        on_noise_(line);
        return;
    }
    bad_lines_ = 0;
    if (const auto* response = std::get_if<rpc_response>(&message))
        take(*response);
    else if (const auto* notification = std::get_if<rpc_notification>(&message))
        take(*notification);
    else
        (void)send(encode(answer_to(std::get<rpc_request>(message))));
}

void line_channel::take(const rpc_response& response) {
    if (!response.id || !std::holds_alternative<std::int64_t>(*response.id))
        return;
    const auto found = pending_.find(std::get<std::int64_t>(*response.id));
    // The answer to somebody who has left.
    if (found == pending_.end() || found->second->came)
        return;
    found->second->came = outcome_of(response);
    found->second->changed.notify();
}

void line_channel::take(const rpc_notification& notification) {
    const auto told = progress_in(notification);
    if (!told)
        return heard_(notification);
    const auto found = pending_.find(told->token);
    if (found == pending_.end())
        return;
    pending& waiting = *found->second;
    waiting.waits.progressed(waiting.clock.now());
    if (waiting.on_progress)
        waiting.on_progress(told->how_far);
}

task<ask_outcome> line_channel::ask(question asked) {
    const executor on = co_await asio::this_coro::executor;
    if (ended_)
        co_return ask_outcome(*ended_);
    pending waiting{++last_id_, {asked.patience, on.owner().now()}, on.owner(), asked.on_progress};
    if (asked.on_progress)
        ask_for_progress(asked.params, waiting.id);
    const place among(*this, waiting, asked.cancels);
    if (!send(encode(rpc_request{waiting.id, asked.method, std::move(asked.params)}))) {
        waiting.came = ask_failure{ask_failure::fault::closed, 0, "does not read what it is sent"};
        co_return *std::move(waiting.came);
    }
    while (!waiting.came) {
        if (on.owner().now() >= waiting.waits.until())
            co_return ask_outcome(ask_failure{ask_failure::fault::late, 0, "did not answer in time"}
            );
        co_await waiting.changed.wait_until(waiting.waits.until());
    }
    co_return *std::move(waiting.came);
}

task<> line_channel::tell(rpc_notification told) {
    (void)send(encode(told));
    co_return;
}

task<> line_channel::close() {
    fail_all({ask_failure::fault::closed, 0, "was closed"});
    over_.abort();
    co_return;
}

void line_channel::fail_all(const ask_failure& why) {
    if (!ended_)
        ended_ = why;
    for (const auto& [id, waiting] : pending_)
        if (!waiting->came) {
            waiting->came = why;
            waiting->changed.notify();
        }
}

bool line_channel::send(std::string line) {
    if (ended_ || outgoing_bytes_ + line.size() > outgoing_bytes_max)
        return false;
    line += '\n';
    outgoing_bytes_ += line.size();
    outgoing_.push_back(std::move(line));
    has_outgoing_.notify();
    return true;
}

}  // namespace clarion::mcp
