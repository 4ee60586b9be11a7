#pragma once

#include "core/async/mailbox.hpp"
#include "core/session/connection.hpp"
#include "net/byte_stream.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::agui {

struct cancel_wish {
    std::string thread_id;
    /// The run's id at the client.
    std::string run_id;
};
/// A sentence for the client when it cannot be had.
[[nodiscard]] std::variant<cancel_wish, std::string> cancel_from(const std::string& body);

/// A session's connection behind which an AG-UI client ends a run: one `cancel`, one answer. One
/// shard.
class cancel_connection final : public session::connection {
public:
    /// `stream` outlives it.
    cancel_connection(net::byte_stream& stream, const cancel_wish& wish);

    /// Reads what the client sends, which is nothing, until it has gone. Beside the session.
    task<> watch_client();

    task<session::inbound> receive() override;
    task<session::send_verdict> send(std::vector<session::shared_frame> batch) override;
    task<> send_close(protocol::close_code code, std::string_view reason) override;
    void abort() noexcept override;

private:
    task<> answer(unsigned status, std::string body);
    void end(session::ended how);

    net::byte_stream& stream_;
    mailbox<session::inbound> incoming_{8};
    bool is_answered_ = false;
    bool has_ended_ = false;
};

}  // namespace clarion::agui
