#include "tools/clarion-trace/scenarios/person.hpp"

#include "core/async/sleep.hpp"
#include "net/websocket/client_handshake.hpp"
#include "net/websocket/frame_header.hpp"
#include "net/websocket/status_codes.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace clarion::scenarios {

namespace {

// In virtual time; longer than anything here takes.
constexpr duration patience_max = std::chrono::minutes(3);
constexpr duration pause_between_visits = milliseconds(200);
constexpr std::size_t visits_max = 400;
constexpr duration pause_of_the_slow = milliseconds(5);

constexpr std::size_t frame_bytes_max = std::size_t{4} << 20U;

websocket::transport_options client_options() {
    websocket::transport_options options;
    options.reads_as = websocket::role::client;
    options.message_bytes_max = options.frame_bytes_max = frame_bytes_max;
    return options;
}

std::string quoted(std::string_view text) {
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

}  // namespace

/// Drops the connection when nothing has come for too long.
class person::watchdog final : public timer_entry {
public:
    watchdog(person& of, net::byte_stream& stream) : of_(of), stream_(stream) { heard(); }
    ~watchdog() override { of_.on_.owner().disarm(*this); }

    void heard() { of_.on_.owner().arm(*this, of_.on_.owner().now() + patience_max); }
    void expired() override {
        of_.complain("nothing came for three minutes");
        of_.is_given_up_ = true;
        stream_.abort();
    }

private:
    person& of_;
    net::byte_stream& stream_;
};

person::person(server& at, std::string name, manners how)
    : server_(at),
      name_(std::move(name)),
      how_(std::move(how)),
      on_(at.world().add_shard()),
      copy_(std::string(thread_id)),
      alive_(on_) {}

void person::begin(std::vector<errand> wanted) {
    for (errand& each : wanted)
        errands_.push_back({std::move(each)});
    alive_.spawn(live());
}

bool person::chance(std::size_t one_in) {
    return server_.world().decisions().choose(sim::choice::script, 2, one_in) != 0;
}

bool person::is_done() const {
    const auto ended = [this](const std::string& id) {
        return !copy_.ending_of(id).empty();
    };
    return std::ranges::all_of(how_.awaits, ended) &&
           std::ranges::all_of(errands_, [&ended](const errand_state& one) {
               return ended(one.what.message_id) && one.is_accepted_here &&
                      (!one.is_cancelled || one.cancel_verdict);
           });
}

task<> person::live() {
    if (how_.arrives_after > duration(0))
        co_await sleep_for(how_.arrives_after);
    while (!is_done() && !is_given_up_) {
        if (++visits_ > visits_max) {
            complain("no end after so many connections");
            break;
        }
        co_await visit();
        if (server_goes_)
            break;
        if (!is_done())
            co_await sleep_for(pause_between_visits);
    }
    has_ended_ = true;
}

void person::begin_connection() {
    is_welcome_ = comes_back_ = false;
    due_.clear();
    pongs_due_.clear();
    for (errand_state& one : errands_) {
        one.is_sent_here = one.is_accepted_here = false;
        one.is_cancelled = one.is_cancelled && one.cancel_verdict;
    }
}

// From where the copy stands, and whatever is not known to have been taken.
void person::queue_opening() {
    due_.push_back(
        R"({"type":"subscribe","id":"s","thread_id":"t1","since":)" + copy_.cursor() + '}'
    );
    for (errand_state& one : errands_) {
        const std::string id = quoted(one.what.message_id);
        due_.push_back(
            R"({"type":"message","thread_id":"t1","id":)" + id + R"(,"message_id":)" + id +
            R"(,"text":)" + quoted(one.what.text) + R"(,"on_busy":)" + quoted(one.what.on_busy) +
            '}'
        );
        one.is_sent_here = true;
        ++one.sent;
    }
    for (const char* ping : {"p1", "p2"}) {
        due_.push_back(R"({"type":"ping","id":")" + std::string(ping) + "\"}");
        pongs_due_.emplace_back(ping);
    }
}

task<std::optional<std::string>> person::open(net::byte_stream& stream) {
    using opened = std::optional<std::string>;
    websocket::upgrade_request wanted;
    wanted.host = "localhost";
    wanted.target = "/ws?user=" + name_;
    wanted.subprotocol = "clarion.v1";
    const bool says_hello = how_.token && !chance(2);
    if (how_.token && !says_hello)
        wanted.bearer = how_.token();
    websocket::client_handshake handshake(wanted, on_.owner().random());
    std::string first = handshake.request();
    if (says_hello)
        due_.push_back(R"({"type":"hello","token":)" + quoted(how_.token()) + '}');
    const bool at_once =
        how_.begins == opening::at_once || (how_.begins == opening::either && chance(2));
    is_pipelining_ = at_once || how_.begins == opening::soon || how_.begins == opening::later;
    if (is_pipelining_)
        queue_opening();
    if (at_once)
        for (const std::string& frame : std::exchange(due_, {}))
            websocket::append_masked_frame(first, websocket::opcode::text, frame, {7, 11, 13, 17});
    const net::io_result sent = co_await stream.write(first);
    if (std::holds_alternative<net::stream_closed>(sent))
        co_return opened();
    std::array<char, 2048> room{};
    while (true) {
        const net::io_result got = co_await stream.read_some(room);
        if (std::holds_alternative<net::stream_closed>(got))
            co_return opened();
        auto result = handshake.feed({room.data(), std::get<std::size_t>(got)});
        if (!result)
            continue;
        if (auto* upgraded = std::get_if<websocket::upgraded>(&*result))
            co_return opened(std::move(upgraded->already_read));
        const auto& refused = std::get<websocket::upgrade_refused>(*result);
        server_goes_ = server_.is_shutting_down() && refused.status == 503;
        if (!server_goes_)
            complain("the upgrade was refused: " + refused.reason);
        co_return opened();
    }
}

task<> person::visit() {
    begin_connection();
    const net::byte_stream_ptr stream = server_.dial();
    if (!stream) {
        server_goes_ = true;
        co_return;
    }
    watchdog patience(*this, *stream);
    const std::optional<std::string> already_read = co_await open(*stream);
    if (!already_read) {
        stream->abort();
        co_return;
    }
    if (how_.begins == opening::later)
        co_await sleep_for(pause_of_the_slow);
    websocket::transport over(*stream, client_options(), *already_read);
    co_await converse(over, patience);
    copy_.disconnected();
    if (is_done())
        co_await over.send_close(websocket::status::normal, "");
    else
        stream->abort();
    co_await over.finish();
}

task<> person::converse(websocket::transport& over, watchdog& patience) {
    co_await send_due(over);  // a hello, or all that does not wait
    while (!is_done() && !comes_back_ && !is_given_up_) {
        websocket::incoming came = co_await over.receive();
        patience.heard();
        const bool goes_on = co_await answer(over, std::move(came));
        if (!goes_on)
            co_return;
        co_await send_due(over);
        if (chance(how_.cut_one_in))
            co_return;
        if (chance(how_.dawdle_one_in))
            co_await sleep_for(milliseconds(700));
    }
}

task<bool> person::answer(websocket::transport& over, websocket::incoming came) {
    if (const auto* text = std::get_if<websocket::message>(&came)) {
        server_.world().decisions().fold(text->payload);
        take(text->payload);
        co_return true;
    }
    if (const auto* asked = std::get_if<websocket::ping>(&came)) {
        const websocket::outgoing pong{websocket::opcode::pong, asked->payload};
        co_await over.send(std::span(&pong, 1));
        co_return true;
    }
    if (const auto* closed = std::get_if<websocket::closed>(&came)) {
        note_close(*closed);
        co_await over.send_close(websocket::status::normal, "");
    } else if (const auto* broken = std::get_if<websocket::violation>(&came)) {
        complain("the server broke RFC 6455: " + std::string(broken->reason));
    }
    co_return false;
}

task<> person::send_due(websocket::transport& over) {
    const std::vector<std::string> due = std::exchange(due_, {});
    if (due.empty())
        co_return;
    std::vector<websocket::outgoing> frames;
    for (const std::string& frame : due)
        frames.push_back({websocket::opcode::text, frame});
    co_await over.send(frames);
}

std::vector<std::string> person::complaints() const {
    std::vector<std::string> all = complaints_;
    for (const std::string& each : copy_.complaints())
        all.push_back(name_ + ": " + each);
    for (const errand_state& one : errands_) {
        const std::string ending = copy_.ending_of(one.what.message_id);
        if (one.cancel_verdict == "accepted" && !ending.empty() && ending != "agent_cancelled")
            all.push_back(name_ + ": a cancel was accepted, and the run ended in " + ending);
    }
    return all;
}

}  // namespace clarion::scenarios
