#pragma once

#include "core/async/wakeup.hpp"
#include "net/byte_stream.hpp"
#include "net/mcp/channel.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::mcp {

/// What waits to be written to a server that does not read; past it requests fail.
inline constexpr std::size_t outgoing_bytes_max = std::size_t{8} << 20U;
/// Lines in a row that are no messages; past it the server is broken.
inline constexpr int bad_lines_max = 100;

/// Speaks MCP in lines, one message each, over a stream in both directions: the pipes of a process.
/// Lines that are no messages are skipped, and told to `on_noise`.
class line_channel final : public channel {
public:
    using noise_sink = std::function<void(std::string_view line)>;

    /// `over` outlives the channel.
    line_channel(net::byte_stream& over, heard_sink heard, noise_sink on_noise);
    ~line_channel() override;

    task<std::string> run() override;
    task<ask_outcome> ask(question asked) override;
    task<> tell(rpc_notification told) override;
    void forget() override {}
    void agree(const agreement&) override {}
    task<> close() override;

private:
    struct pending;
    class place;

    task<std::string> read_lines();
    task<std::string> write_lines();
    void take(std::string_view line);
    void take(const rpc_response& response);
    void take(const rpc_notification& notification);
    void fail_all(const ask_failure& why);
    bool send(std::string line);

    net::byte_stream& over_;
    heard_sink heard_;
    noise_sink on_noise_;
    std::map<std::int64_t, pending*> pending_;
    std::int64_t last_id_ = 0;
    std::deque<std::string> outgoing_;
    std::size_t outgoing_bytes_ = 0;
    wakeup has_outgoing_;
    int bad_lines_ = 0;
    std::optional<ask_failure> ended_;
};

}  // namespace clarion::mcp
