// The body of `POST /agui`, and of `/agui/cancel`, as any bytes. Properties: nothing throws; it is
// a wish within its bounds, or a sentence that says what is missing; a wish is asked of the session
// as a frame that is read as a message with the same content, or refused for a field of it that the
// client chose freely. A cursor that was read is written as one that is read as the same.

#include "core/protocol/client_frames.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/utf8.hpp"
#include "core/sim/world.hpp"
#include "net/agui/agui_connection.hpp"
#include "net/agui/cancel_connection.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::agui;

constexpr std::size_t run_id_bytes_max = 128;

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

/// A client that is gone.
class no_stream final : public net::byte_stream {
public:
    task<net::io_result> read_some(std::span<char>) override { co_return gone(); }
    task<net::io_result> write(std::span<const char>) override { co_return gone(); }
    task<> finish(net::linger_limits) override { co_return; }
    void abort() noexcept override {}
    const std::string& remote_address() const noexcept override { return address_; }

private:
    static net::io_result gone() {
        return net::stream_closed{net::stream_end::end_of_stream, "ended"};
    }

    std::string address_ = "192.0.2.1";
};

task<> receive(session::connection& from, std::optional<std::string>& frame) {
    session::inbound came = co_await from.receive();
    require(std::holds_alternative<session::text_message>(came));
    frame = std::get<session::text_message>(std::move(came)).text;
}

/// The first frame that a session gets of it.
std::string first_frame(session::connection& from) {
    sim::world world;
    std::optional<std::string> frame;
    std::exception_ptr thrown;
    asio::co_spawn(
        world.get_executor(),
        receive(from, frame),
        [&thrown](const std::exception_ptr& failure) { thrown = failure; }
    );
    world.run();
    require(frame.has_value() && !thrown);
    return *std::move(frame);
}

void check_ids(const std::string& thread_id, const std::string& run_id) {
    require(protocol::is_valid_id(thread_id));
    require(!run_id.empty() && run_id.size() <= run_id_bytes_max && protocol::is_utf8(run_id));
}

void check_run(const std::string& body) {
    const auto read = wish_from(body);
    if (const auto* sentence = std::get_if<std::string>(&read))
        return require(!sentence->empty());
    const auto& wish = std::get<run_wish>(read);
    check_ids(wish.thread_id, wish.run_id);
    require(!wish.text.empty() && protocol::is_utf8(wish.text));
    require(!wish.agent || (!wish.agent->empty() && protocol::is_utf8(*wish.agent)));
    no_stream stream;
    agui_connection connection(stream, wish);
    const auto asked = protocol::client::parse_frame(first_frame(connection));
    if (const auto* refused = std::get_if<protocol::client::refused_frame>(&asked)) {
        require(refused->answer.code == protocol::server::error_code::bad_request);
        require(refused->answer.detail == "/agent");
        return;
    }
    const auto& frame = std::get<protocol::client::frame>(asked);
    const auto* message = std::get_if<protocol::client::message>(&frame.body);
    require(message != nullptr && message->text == wish.text && message->agent == wish.agent);
    require(message->thread_id == wish.thread_id && message->message_id == wish.run_id);
}

void check_cancel(const std::string& body) {
    const auto read = cancel_from(body);
    if (const auto* sentence = std::get_if<std::string>(&read))
        return require(!sentence->empty());
    const auto& wish = std::get<cancel_wish>(read);
    check_ids(wish.thread_id, wish.run_id);
    no_stream stream;
    cancel_connection connection(stream, wish);
    const auto asked = protocol::client::parse_frame(first_frame(connection));
    require(std::holds_alternative<protocol::client::frame>(asked));
}

void check_cursor(const std::string& text) {
    const auto read = cursor_from(text);
    if (!read)
        return;
    require(!read->epoch.empty() && read->seq >= 0);
    const auto again = cursor_from(to_text(*read));
    require(again && again->epoch == read->epoch && again->seq == read->seq);
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check_run(text);
    check_cancel(text);
    check_cursor(text);
    return 0;
}
