// How a client keeps its connection: dial, serve, wait, dial again.
#include "core/async/first_of.hpp"
#include "core/protocol/client_frames.hpp"
#include "tools/clarion-chat/advice.hpp"
#include "tools/clarion-chat/client.hpp"
#include "tools/clarion-chat/retry_delay.hpp"
#include "tools/clarion-chat/terminal_text.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace clarion::chat {

namespace {

using std::chrono::seconds;

constexpr duration connect_time = seconds(10);
constexpr duration welcome_time = seconds(15);
constexpr duration look_time = std::chrono::milliseconds(500);
constexpr duration give_up_time = seconds(60);
constexpr duration goodbye_time = seconds(1);
constexpr std::uint16_t final_codes_begin = 4500;  // PROTOCOL §6: a client does not come back
constexpr std::uint16_t token_expired = 4010;      // nor does one that has no other token

}  // namespace

task<> client::stay_connected() {
    const executor on = co_await asio::this_coro::executor;
    while (!status_) {
        const time_point deadline = on.owner().now() + connect_time;
        auto reached = co_await first_of(open_link(to_, deadline), finished_.wait());
        if (reached.index() == 1)
            co_return;
        link_failure why;
        if (auto* failed = std::get_if<link_failure>(&std::get<0>(reached))) {
            why = std::move(*failed);
        } else {
            const auto open = std::get<std::unique_ptr<link>>(std::get<0>(std::move(reached)));
            const connection_end end = co_await serve(*open);
            if (status_)
                co_return;
            const std::string code = end.code == 0 ? "" : " (" + std::to_string(end.code) + ")";
            why.message = "the connection was lost" + code;
            if (!end.reason.empty())
                why.message += ": " + without_controls(end.reason, line_breaks::made_spaces);
            if (end.code >= final_codes_begin || end.code == token_expired)
                why.again = link_failure::retry::useless;
            why.message = with_advice(std::move(why.message), advice_on_close(end.code));
        }
        const bool again = co_await comes_back(std::move(why));
        if (!again)
            co_return;
    }
}

// Waits for the time of the next attempt; false when there is none.
task<bool> client::comes_back(link_failure why) {
    const executor on = co_await asio::this_coro::executor;
    const time_point now = on.owner().now();
    if (lost_at_ == time_point::never())
        lost_at_ = now;
    const bool is_too_long = options_.text.has_value() && now - lost_at_ >= give_up_time;
    if (!was_live_ || why.again == link_failure::retry::useless || is_too_long) {
        note(why.message);
        finish(exit_status::failed);
        co_return false;
    }
    if (failures_ == 0)
        note(why.message + "; reconnecting");
    duration wait = retry_delay(failures_++, random_);
    if (const auto asked = dialogue_.take_reconnect_after_ms())
        wait = std::min<duration>(milliseconds(*asked), give_up_time);
    const auto first = co_await first_of(sleep_for(wait), finished_.wait());
    co_return first.index() == 0;
}

task<client::connection_end> client::serve(link& over) {
    const executor on = co_await asio::this_coro::executor;
    outbox_.clear();
    drop_.reset();
    silence_ = silence(on.owner().now());
    auto first =
        co_await first_of(receive_all(over), first_of(send_all(over), watch_silence(over)));
    connection_end end;
    if (auto* received = std::get_if<connection_end>(&first))
        end = std::move(*received);
    const time_point deadline = on.owner().now() + goodbye_time;
    co_await before(deadline, over.transport.send_close(end.answer, ""));
    co_await over.transport.finish();
    act(dialogue_.connection_lost(end.code));
    co_return end;
}

// One overload would do for each thing that comes in; the few that matter read better in a row.
task<client::connection_end> client::receive_all(link& over) {
    const executor on = co_await asio::this_coro::executor;
    connection_end end;
    while (!status_) {
        const websocket::incoming what = co_await over.transport.receive();
        silence_.heard(on.owner().now());
        if (const auto* message = std::get_if<websocket::message>(&what)) {
            if (message->kind == websocket::opcode::text)
                act(dialogue_.hear(message->payload));
        } else if (const auto* ping = std::get_if<websocket::ping>(&what)) {
            queue(websocket::opcode::pong, ping->payload);
        } else if (const auto* closed = std::get_if<websocket::closed>(&what)) {
            end.code = closed->code;
            end.reason = closed->reason;
            co_return end;
        } else if (const auto* violation = std::get_if<websocket::violation>(&what)) {
            end.reason = violation->reason;
            end.answer = violation->code;
            co_return end;
        } else if (const auto* over_with = std::get_if<websocket::transport_end>(&what)) {
            end.reason = drop_.value_or(over_with->reason);
            co_return end;
        }
        if (drop_) {
            end.reason = *drop_;
            co_return end;
        }
        was_live_ = was_live_ || dialogue_.is_live();
        if (dialogue_.is_settled()) {
            if (lost_at_ != time_point::never())
                note("connected again");
            failures_ = 0;
            lost_at_ = time_point::never();
        }
    }
    co_return end;
}

// Ends when everything ends, after what was queued; then `serve` says goodbye.
task<> client::send_all(link& over) {
    while (true) {
        std::deque<outgoing_frame> batch;
        batch.swap(outbox_);
        std::vector<websocket::outgoing> frames;
        for (const outgoing_frame& frame : batch)
            frames.push_back({frame.kind, frame.body});
        if (!frames.empty())
            co_await over.transport.send(frames);  // a broken link is told by `receive`
        if (status_ && outbox_.empty())
            co_return;
        if (outbox_.empty())
            co_await outbox_filled_.wait();
    }
}

task<> client::watch_silence(link& over) {
    const executor on = co_await asio::this_coro::executor;
    const time_point begun = on.owner().now();
    while (true) {
        co_await sleep_for(look_time);
        const time_point now = on.owner().now();
        silence::verdict found = silence::verdict::fine;
        if (const auto usual = dialogue_.usual_silence())
            found = silence_.judge(now, *usual);
        else if (now - begun >= welcome_time)
            found = silence::verdict::dead;
        if (found == silence::verdict::ask)
            queue(websocket::opcode::text, protocol::to_frame(protocol::client::ping{}));
        if (found != silence::verdict::dead)
            continue;
        drop_ = "the server has gone silent";
        over.transport.abort();
        co_await sleep_until(time_point::never());
    }
}

// When the server has asked to wait with the message.
task<> client::say_again() {
    while (true) {
        if (!again_after_) {
            co_await again_asked_.wait();
            continue;
        }
        const milliseconds wait = *std::exchange(again_after_, std::nullopt);
        co_await sleep_for(wait);
        act(dialogue_.say_again());
    }
}

}  // namespace clarion::chat
