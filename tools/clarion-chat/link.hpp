#pragma once

#include "net/tls_stream.hpp"
#include "net/websocket/transport.hpp"
#include "tools/clarion-chat/url.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::chat {

/// Whom to talk to, and as whom.
struct server_address {
    websocket_url url;
    net::tls_context_ptr tls;  ///< for wss
    std::optional<std::string> bearer;
};

/// One open WebSocket to the server.
struct link {
    link(net::byte_stream_ptr from, std::string_view already_read);

    net::byte_stream_ptr stream;
    websocket::transport transport;
};

/// Why there is no link, in one line that names host and port.
struct link_failure {
    enum class retry { sensible, useless };

    std::string message;
    retry again = retry::sensible;
};

using link_result = std::variant<std::unique_ptr<link>, link_failure>;

/// Dials, secures and upgrades, all before `deadline`.
task<link_result> open_link(server_address to, time_point deadline);

}  // namespace clarion::chat
