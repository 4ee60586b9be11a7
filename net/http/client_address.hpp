#pragma once

#include "net/http/header_fields.hpp"
#include "net/http/response.hpp"
#include "net/ip_network.hpp"

#include <string>
#include <variant>

namespace clarion::http {

/// Who is asking, and through whom: what caps, logs and the guards of PROTOCOL §2 go by.
struct caller {
    std::string address;
    /// The peer is one of the trusted proxies, and so its word on forwarding was taken.
    bool is_through_trusted_proxy = false;
};

/// The client behind a request from `peer`. Only a peer within `trusted` is believed; of anybody
/// else `Forwarded` and `X-Forwarded-For` say nothing, and the client is the peer. Both lists are
/// read from their end, past further trusted proxies, to the first address that is not trusted:
/// what stands before it was written by whom nobody trusts. An entry that is no address (`unknown`,
/// an obfuscated name of RFC 7239 §6.3) ends the reading at the proxy that wrote it.
///
/// 400 when both fields are there and name different clients: proxies set one and pass the other
/// on, and there is no telling which one the client wrote.
[[nodiscard]] std::variant<caller, response>
client_of(const std::string& peer, const header_fields& headers, const net::ip_networks& trusted);

}  // namespace clarion::http
