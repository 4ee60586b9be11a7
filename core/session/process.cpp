#include "core/session/process.hpp"

#include "core/async/ask.hpp"
#include "core/metrics/own_counters.hpp"
#include "core/session/offences.hpp"
#include "core/trace/mark.hpp"

#include <utility>

namespace clarion::session {

namespace {

namespace client = protocol::client;
namespace server = protocol::server;
static_assert(std::variant_size_v<client::any_frame> <= metrics::client_frame_types_max);

/// One frame at a time on behalf of one session.
class frame_processor {
public:
    frame_processor(established& session, const session_settings& settings, token_refresh& renewal)
        : session_(session), settings_(settings), renewal_(renewal) {}

    task<> process_text(std::string_view text) {
        auto parsed = client::parse_frame(text);
        if (const auto* refused = std::get_if<client::refused_frame>(&parsed)) {
            co_await answer_error(refused->answer, refused->id);
            co_return;
        }
        auto& frame = std::get<client::frame>(parsed);
        const executor here = co_await asio::this_coro::executor;
        ++metrics::counters_of(here, session_.user_id()).client_frames[frame.body.index()];
        co_await std::visit(
            [this, &frame](auto& body) { return on(std::move(body), std::move(frame.id)); },
            frame.body
        );
    }

    bool offended_too_often() const { return offences_.too_many(); }
    session_end end_of_offender() const {
        return closing{
            protocol::close_code::protocol_error,
            "too many bad frames",
            failure::code::too_many_bad_frames,
            "the last was answered " + last_offence_
        };
    }

private:
    using frame_id = std::optional<std::string>;

    task<> answer_error(server::error error, frame_id id) {
        co_await count_offence(error);
        session_.link().send_text(protocol::to_frame(error, id));
    }

    task<> count_offence(const server::error& error) {
        const executor here = co_await asio::this_coro::executor;
        if (error.code != server::error_code::bad_request &&
            error.code != server::error_code::unknown_type &&
            error.code != server::error_code::too_large)
            co_return;
        offences_.add(here.owner().now());
        last_offence_ = protocol::to_frame(error);
    }

    // After the handshake a hello introduces the client's software at most.
    task<> on(client::hello, frame_id) { co_return; }

    task<> on(client::ping, frame_id id) {
        const executor here = co_await asio::this_coro::executor;
        session_.link().send_text(protocol::to_frame(server::pong{here.owner().wall_ms()}, id));
    }

    task<> on(client::message body, frame_id id) {
        if (body.text.size() > settings_.message_bytes_max) {
            server::error too_large;
            too_large.code = server::error_code::too_large;
            too_large.message =
                "the text has more than " + std::to_string(settings_.message_bytes_max) + " bytes";
            too_large.detail = "/text";
            co_await answer_error(std::move(too_large), std::move(id));
            co_return;
        }
        request<client::message> asked{session_.link(), std::move(id), std::move(body)};
        co_await ask(session_.home().where(), session_.home().message(std::move(asked)));
    }

    task<> on(client::subscribe body, frame_id id) {
        request<client::subscribe> asked{session_.link(), std::move(id), std::move(body)};
        co_await ask(session_.home().where(), session_.home().subscribe(std::move(asked)));
    }

    task<> on(client::unsubscribe body, frame_id id) {
        session_.link().expects_no_acks(body.thread_id);
        request<client::unsubscribe> asked{session_.link(), std::move(id), std::move(body)};
        co_await ask(session_.home().where(), session_.home().unsubscribe(std::move(asked)));
    }

    task<> on(client::cancel body, frame_id id) {
        request<client::cancel> asked{session_.link(), std::move(id), std::move(body)};
        co_await ask(session_.home().where(), session_.home().cancel(std::move(asked)));
    }

    task<> on(client::approve body, frame_id id) {
        request<client::approve> asked{session_.link(), std::move(id), std::move(body)};
        const auto failed =
            co_await ask(session_.home().where(), session_.home().approve(std::move(asked)));
        if (failed)
            co_await count_offence(*failed);
    }

    task<> on(client::history body, frame_id id) {
        request<client::history> asked{session_.link(), std::move(id), std::move(body)};
        co_await ask(session_.home().where(), session_.home().history(std::move(asked)));
    }

    task<> on(client::delete_thread body, frame_id id) {
        session_.link().expects_no_acks(body.thread_id);
        request<client::delete_thread> asked{session_.link(), std::move(id), std::move(body)};
        co_await ask(session_.home().where(), session_.home().delete_thread(std::move(asked)));
    }

    task<> on(client::threads body, frame_id id) {
        request<client::threads> asked{session_.link(), std::move(id), std::move(body)};
        const auto failed =
            co_await ask(session_.home().where(), session_.home().threads(std::move(asked)));
        if (failed)
            co_await count_offence(*failed);
    }

    task<> on(client::ack body, frame_id id) {
        const client::ack said = body;
        request<client::ack> asked{session_.link(), std::move(id), std::move(body)};
        const auto failed =
            co_await ask(session_.home().where(), session_.home().ack(std::move(asked)));
        if (failed)
            co_await count_offence(*failed);
        else
            session_.link().acknowledged(said.thread_id, said.seq);
    }

    task<> on(client::refresh body, frame_id id) {
        co_await renewal_.answer(std::move(body.token), std::move(id));
    }

    established& session_;
    const session_settings& settings_;
    token_refresh& renewal_;
    offences offences_;
    std::string last_offence_;
};

}  // namespace

task<session_end>
process(established& session, const session_settings& settings, token_refresh& renewal) {
    frame_processor processor(session, settings, renewal);
    while (true) {
        const auto received = co_await session.receive();
        if (!received)
            co_return session.end();
        trace::mark("message", session.link().connection_id());
        co_await processor.process_text(*received);
        if (processor.offended_too_often())
            co_return processor.end_of_offender();
    }
}

}  // namespace clarion::session
