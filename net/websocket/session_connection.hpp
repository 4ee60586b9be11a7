#pragma once

#include "core/session/connection.hpp"
#include "net/websocket/transport.hpp"

namespace clarion::websocket {

/// A transport as the session sees it.
class session_connection final : public session::connection {
public:
    explicit session_connection(transport& over) : over_(over) {}

    task<session::inbound> receive() override;
    task<session::send_verdict> send(std::vector<session::shared_frame> batch) override;
    task<> send_close(protocol::close_code code, std::string_view reason) override;
    void abort() noexcept override { over_.abort(); }

private:
    transport& over_;
};

}  // namespace clarion::websocket
