#include "net/http/upgrade.hpp"

#include "core/protocol/ids.hpp"
#include "net/websocket/handshake_key.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace clarion::http {

namespace {

response upgrade_required() {
    response answer = plain_response(426, "This address speaks WebSocket, version 13.");
    answer.headers.push_back({"Upgrade", "websocket"});
    answer.headers.push_back({"Connection", "Upgrade"});
    answer.headers.push_back({"Sec-WebSocket-Version", "13"});
    return answer;
}

std::optional<response> refused_request(const request& asked) {
    if (asked.method != "GET") {
        response answer = plain_response(405, "A WebSocket is opened with GET.");
        answer.headers.push_back({"Allow", "GET"});
        return answer;
    }
    const header_fields& headers = asked.headers;
    if (asked.spoken != version::http_1_1)
        return plain_response(400, "A WebSocket is opened with HTTP/1.1.");
    if (!headers.lists("Upgrade", "websocket"))
        return upgrade_required();
    if (!headers.lists("Connection", "Upgrade"))
        return plain_response(400, "The Connection header does not name Upgrade.");
    if (headers.count("Sec-WebSocket-Version") != 1 ||
        headers.find("Sec-WebSocket-Version") != "13")
        return upgrade_required();
    if (headers.count("Sec-WebSocket-Key") != 1 ||
        !websocket::is_valid_key(*headers.find("Sec-WebSocket-Key")))
        return plain_response(400, "The Sec-WebSocket-Key is missing or malformed.");
    return std::nullopt;
}

std::optional<std::string> bearer_of(const header_fields& headers) {
    static constexpr std::string_view scheme = "bearer ";
    const auto value = headers.find("Authorization");
    if (!value || !equals_ignoring_case(value->substr(0, scheme.size()), scheme))
        return std::nullopt;
    const std::string_view rest = value->substr(scheme.size());
    return std::string(rest.substr(std::min(rest.find_first_not_of(' '), rest.size())));
}

}  // namespace

// Authorization goes before the subprotocol, because only programs can send it.
std::optional<std::string> credential_of(const request& asked) {
    if (auto bearer = bearer_of(asked.headers))
        return bearer;
    for (const std::string_view name : asked.headers.list("Sec-WebSocket-Protocol")) {
        if (name.starts_with(credential_subprotocol))
            return std::string(name.substr(credential_subprotocol.size()));
    }
    return std::nullopt;
}

upgrade_verdict decide_upgrade(const request& asked, authentication mode) {
    if (auto refused = refused_request(asked))
        return std::move(*refused);
    const std::vector<std::string_view> offered = asked.headers.list("Sec-WebSocket-Protocol");
    const bool is_known = std::ranges::find(offered, subprotocol) != offered.end();
    if (!offered.empty() && !is_known)
        return plain_response(400, "None of the offered subprotocols is known here.");

    upgrade_accepted accepted;
    accepted.who.credential = credential_of(asked);
    const auto user = asked.query.find("user");
    if (mode == authentication::off && user != asked.query.end()) {
        if (!protocol::is_valid_id(user->second))
            return plain_response(400, "The user is no valid id ([A-Za-z0-9_.:-], 1 to 128).");
        accepted.who.user = user->second;
    }
    const std::string accept = websocket::accept_key(*asked.headers.find("Sec-WebSocket-Key"));
    if (accept.empty())
        return plain_response(500, "This machine's OpenSSL refuses SHA-1, which WebSocket needs.");
    accepted.head =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
        accept + "\r\n";
    if (is_known)
        accepted.head.append("Sec-WebSocket-Protocol: ").append(subprotocol).append("\r\n");
    accepted.head += "\r\n";
    return accepted;
}

}  // namespace clarion::http
