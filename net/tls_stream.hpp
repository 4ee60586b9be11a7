#pragma once

#include "net/socket_io.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

namespace clarion::net {

/// A certificate, key or trust store that cannot be used. `what` is one line that names the file.
class tls_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Certificate and rules of one end; immutable once made, shared by connections of all shards.
class tls_context;
using tls_context_ptr = std::shared_ptr<tls_context>;

/// PEM files: the certificate followed by its chain, and the key without a pass phrase.
struct certificate_files {
    std::string chain;
    std::string key;
};

/// TLS 1.2 and newer, ALPN `http/1.1`. Throws tls_error.
tls_context_ptr make_tls_server_context(const certificate_files& files);
/// Trusts the system's authorities, or only those of the PEM file `authorities`, if not empty.
/// Throws tls_error.
tls_context_ptr make_tls_client_context(const std::string& authorities);
/// Takes whatever certificate comes: for a person who says so. Throws tls_error.
tls_context_ptr make_unchecked_tls_client_context();

/// Takes the very certificate that `server` shows and no other, whatever name it is for: for the
/// server's own client. A later `server` needs another one. Throws tls_error.
tls_context_ptr make_pinned_tls_client_context(const tls_context_ptr& server);
/// Why nobody who checks it would take the certificate that `server` shows, at `wall_ms` (Unix ms):
/// it has expired, or its time has not begun. The end of a sentence.
std::optional<std::string>
objection_to_certificate(const tls_context_ptr& server, std::int64_t wall_ms);

using tls_result = std::variant<byte_stream_ptr, stream_closed>;

/// The handshake, then the stream; nothing is kept when `deadline` comes first.
task<tls_result> accept_tls(tcp_socket socket, tls_context_ptr context, time_point deadline);
/// The same from the client's side; the certificate has to be valid for `server_name`.
task<tls_result> connect_tls(
    tcp_socket socket,
    tls_context_ptr context,
    std::string server_name,
    time_point deadline
);

}  // namespace clarion::net
