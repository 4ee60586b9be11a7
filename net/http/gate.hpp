#pragma once

#include "net/http/client_address.hpp"
#include "net/http/site.hpp"
#include "net/stream_service.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace clarion::http {

/// The way in, on one shard: each connection's requests are read, judged and answered, until one
/// opens a WebSocket, which is then served to its end. Refusals have one line of text for a person.
class gate final : public net::stream_service {
public:
    explicit gate(std::shared_ptr<site> of) : site_(std::move(of)) {}

    task<> serve(net::byte_stream_ptr stream) override;
    void close_idle() noexcept override;
    void drop_all() noexcept override;

private:
    /// An upgrade that has been accepted; what else there was of HTTP is gone by then, because a
    /// WebSocket lives long.
    struct opening {
        const websocket_endpoint& endpoint;
        session::upgrade_request who;
        std::string already_read;
        admission::place place;
    };
    using opening_ptr = std::unique_ptr<opening>;
    /// Among the connections that are not yet sessions; shared with the session to be, which gives
    /// it back.
    using early_place = std::shared_ptr<admission::place>;

    /// HTTP, then the WebSocket, if it opens one.
    task<> serve_stream(net::byte_stream& stream);
    /// Nothing when the connection has ended without becoming a WebSocket.
    task<opening_ptr> serve_requests(net::byte_stream& stream);
    early_place enter(const std::string& peer) const;
    task<connection_after> serve_request(net::byte_stream& stream, request_source& source);
    task<request_source::arrival>
    wait_for_request(net::byte_stream& stream, request_source& source, time_point deadline);
    task<response> answer_request(net::byte_stream& stream, request_source& source);
    task<response> answer_on(const route& found, request_source& source);
    task<> refuse(net::byte_stream& stream, response answer);
    task<connection_after> write(net::byte_stream& stream, std::string bytes);

    /// Whether the caps hold for somebody.
    enum class caps : std::uint8_t { applied, exempt };
    caps caps_for(const request& asked) const;
    upgrade_verdict judge(const request_source& source, const caller& from, caps how) const;
    void tell_refused(const std::string& address, const response& refusal) const;
    task<opening_ptr> open_websocket(
        net::byte_stream& stream,
        request_source& source,
        const websocket_endpoint& endpoint
    );
    /// A POST that is answered by a stream: judged as an upgrade is, served to its end.
    task<> open_stream(
        net::byte_stream& stream,
        request_source& source,
        const stream_endpoint& endpoint,
        early_place place
    );
    task<std::optional<response>> judge_credential(const request& asked, const std::string& address)
        const;
    std::optional<response> judge_stream(const request& asked, const caller& from) const;
    task<std::optional<response>> read_input(request_source& source, std::size_t bytes_max) const;
    task<> end_broken(websocket::transport& over, const std::string& what);

    std::shared_ptr<site> site_;
    bool is_closing_ = false;
    // In the order of their arrival: by address, two equal runs would not be equal.
    std::list<net::byte_stream*> open_;
    std::list<net::byte_stream*> idle_;
};

}  // namespace clarion::http
