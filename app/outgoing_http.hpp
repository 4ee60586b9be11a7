#pragma once

#include "net/http/client.hpp"

#include <cstdint>

namespace clarion::app {

enum class outgoing_tls : std::uint8_t { off, on };

/// How requests leave this process: through the proxies of the environment, by this server's name,
/// and, with TLS, trusting the system's authorities. Throws std::runtime_error or net::tls_error,
/// one line.
[[nodiscard]] http::client_options outgoing_http(outgoing_tls tls);

}  // namespace clarion::app
