#pragma once

#include "core/async/sleep.hpp"
#include "core/metrics/counters.hpp"
#include "net/http/gate.hpp"
#include "net/websocket/frame_header.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::http::test {
using net::test::memory_stream;
using net::test::running;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline route make_route(std::string method, std::string path, answer_at_once answer) {
    route made;
    made.method = std::move(method);
    made.path = std::move(path);
    made.answer = std::move(answer);
    return made;
}

inline task<response> answer_slowly() {
    co_await sleep_for(seconds(1));
    co_return plain_response(200, "slow");
}

inline task<> take_one_message(websocket::transport& over, session::upgrade_request& who) {
    const websocket::incoming what = co_await over.receive();
    who.place_before_session.reset();
    const auto* message = std::get_if<websocket::message>(&what);
    const std::string answer =
        who.remote_address + " " + who.user.value_or("-") + " " + (message ? message->payload : "");
    const websocket::outgoing frame{websocket::opcode::text, answer};
    co_await over.send(std::span(&frame, 1));
    co_await over.send_close(1000, "");
}

inline task<> throw_at_once(websocket::transport&, const session::upgrade_request&) {
    throw std::runtime_error("broken on purpose");
    co_return;
}

// A gate on a virtual shard, and one connection to it.
struct fixture {
    fixture() {
        route page =
            make_route("GET", "/", [](const request&) { return plain_response(200, "hi"); });
        route slow = make_route("GET", "/slow", {});
        slow.answer = answer_later([](const request&) { return answer_slowly(); });
        route broken = make_route("GET", "/broken", [](const request&) -> response {
            throw std::runtime_error("a bug");
        });
        route posted = make_route("POST", "/post", [](const request& asked) {
            return plain_response(200, asked.body);
        });
        posted.body_bytes_max = 10;
        posted.body_type = "application/json";
        posted.open_to = access::guarded;
        options.routes = router({page, slow, broken, posted});
        websocket::transport_options limits;
        limits.message_bytes_max = limits.frame_bytes_max = 1000;
        options.endpoints = {{"/ws", limits, take_one_message}, {"/throw", limits, throw_at_once}};
        options.log = [this](std::string_view line) {
            log.emplace_back(line);
        };
    }

    ~fixture() {
        if (!door)
            return;
        door->drop_all();
        world.run_for(seconds(1));
    }

    void open(std::string address = "192.0.2.1") {
        if (!place)
            place = std::make_shared<site>(options);
        if (!door)
            door = std::make_unique<gate>(place);
        auto made = std::make_unique<watched_stream>(*this, std::move(address));
        stream = &made->inner;
        connections.push_back(std::make_unique<running>(world, door->serve(std::move(made))));
        world.run_for(milliseconds(0));
    }

    /// What comes back when all of `wire` was sent and nothing more happens for a moment.
    std::string answer_to(std::string_view wire) {
        if (stream == nullptr)
            open();
        stream->arrive(wire);
        world.run_for(milliseconds(1));
        return std::exchange(stream->sent, {});
    }

    bool has_ended() const { return connections.back()->has_ended(); }

    // Outlives the gate's stream, which the gate destroys.
    class watched_stream final : public net::byte_stream {
    public:
        watched_stream(fixture& in, std::string address)
            : inner(*in.streams.emplace_back(std::make_unique<memory_stream>(std::move(address)))) {
        }

        memory_stream& inner;

        task<net::io_result> read_some(std::span<char> into) override {
            return inner.read_some(into);
        }
        task<net::io_result> write(std::span<const char> from) override {
            return inner.write(from);
        }
        task<> finish(net::linger_limits limits) override { return inner.finish(limits); }
        void abort() noexcept override { inner.abort(); }
        const std::string& remote_address() const noexcept override {
            return inner.remote_address();
        }
    };

    sim::world world;
    site_options options;
    std::vector<std::string> log;
    std::shared_ptr<site> place;
    std::unique_ptr<gate> door;
    std::vector<std::unique_ptr<memory_stream>> streams;
    std::vector<std::unique_ptr<running>> connections;
    memory_stream* stream = nullptr;
};

inline bool is(std::string_view answer, std::string_view status) {
    return answer.starts_with("HTTP/1.1 " + std::string(status) + " ");
}

inline bool has(std::string_view answer, std::string_view part) {
    return answer.find(part) != std::string_view::npos;
}

inline std::string get(std::string_view path, std::string_view more = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
           "\r\n";
}

inline constexpr std::string_view upgrade_headers =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

inline std::string masked_text(std::string_view text) {
    std::string wire;
    websocket::append_masked_frame(wire, websocket::opcode::text, text, {1, 2, 3, 4});
    return wire;
}

}  // namespace clarion::http::test
