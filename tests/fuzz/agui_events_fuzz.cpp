// The first byte says in which pieces the rest, the event stream of a remote AG-UI agent, arrives
// (0: all at once). It goes the whole way: client, reader, agent, bridge, grammar gate, log, and
// out again to an AG-UI client. Properties under any bytes: nothing throws; no event is refused as
// invalid; what is committed is a legal run on one line an event, with exactly one end, which is
// the last, and exactly one completion a tool call; byte by byte it comes to the same.

#include "core/agents/remote/remote_agent.hpp"
#include "core/agents/tool_dispatcher.hpp"
#include "core/async/task_group.hpp"
#include "core/engine/run_journal.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/protocol/utf8.hpp"
#include "core/sim/world.hpp"
#include "net/agui/agui_writer.hpp"
#include "net/agui/remote_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using protocol::event;
using protocol::event_type;

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

/// The far end of a connection: whatever it is asked, it answers with the input and hangs up.
class far_end final : public net::byte_stream {
public:
    far_end(std::string answer, std::size_t piece_bytes)
        : answer_(std::move(answer)), piece_bytes_(piece_bytes) {}

    task<net::io_result> read_some(std::span<char> into) override {
        if (at_ == answer_.size())
            co_return net::io_result(net::stream_closed{net::stream_end::end_of_stream, "ended"});
        const std::size_t bytes = std::min({into.size(), piece_bytes_, answer_.size() - at_});
        answer_.copy(into.data(), bytes, at_);
        at_ += bytes;
        co_return net::io_result(bytes);
    }
    task<net::io_result> write(std::span<const char> from) override {
        co_return net::io_result(from.size());
    }
    task<> finish(net::linger_limits) override { co_return; }
    void abort() noexcept override { at_ = answer_.size(); }
    const std::string& remote_address() const noexcept override { return address_; }

private:
    std::string answer_;
    std::size_t piece_bytes_;
    std::size_t at_ = 0;
    std::string address_ = "192.0.2.1";
};

task<net::dial_result> connect(std::string answer, std::size_t piece_bytes) {
    co_return net::dial_result(std::make_unique<far_end>(std::move(answer), piece_bytes));
}

http::client_options to_far_end(std::string answer, std::size_t piece_bytes) {
    http::client_options with;
    with.dial = [answer = std::move(answer), piece_bytes](net::destination, time_point) {
        return connect(answer, piece_bytes);
    };
    return with;
}

/// Commits whatever is handed in, in a later turn.
class open_log final : public engine::event_sink {
public:
    explicit open_log(sim::world& on) : on_(on) {}

    void append(engine::run_batch batch, std::function<void(const engine::batch_verdict&)> done)
        override {
        pending_.emplace_back(std::move(batch), std::move(done));
        on_.defer(make_deferred_work([this] { commit_first(); }));
    }

    std::vector<event> events;

private:
    void commit_first() {
        auto [batch, done] = std::move(pending_.front());
        pending_.pop_front();
        for (event& one : batch.events) {
            events.push_back(std::move(one));
            events.back().seq = static_cast<std::int64_t>(events.size());
        }
        done(engine::batch_committed{static_cast<std::int64_t>(events.size())});
    }

    sim::world& on_;
    std::deque<std::pair<engine::run_batch, std::function<void(const engine::batch_verdict&)>>>
        pending_;
};

engine::request_scope_ptr question() {
    engine::request_scope scope;
    scope.key = {"ada", "t1"};
    scope.run_id = "r_1";
    scope.message_id = "q1";
    scope.message_seq = 1;
    scope.agent_name = "remote";
    scope.text = "hello";
    return std::make_shared<const engine::request_scope>(std::move(scope));
}

engine::journal_limits as_it_comes() {
    engine::journal_limits limits;
    limits.delta_window = duration(0);
    return limits;
}

/// One run of a remote agent, on a world of its own.
class remote_play {
public:
    explicit remote_play(http::client_options with) {
        agui::remote_settings one;
        one.name = "remote";
        one.where = std::get<http::url>(http::parse_url("http://192.0.2.1/agui"));
        remote_.add(
            world_.get_executor(),
            std::make_unique<agui::remote_set>(
                std::vector<agui::remote_settings>{std::move(one)},
                std::move(with)
            )
        );
    }

    std::vector<event> play() {
        bool has_ended = false;
        std::exception_ptr thrown;
        asio::co_spawn(world_.get_executor(), act(), [&](const std::exception_ptr& failure) {
            has_ended = true;
            thrown = failure;
        });
        world_.run([&has_ended] { return has_ended; });
        require(has_ended && !thrown);
        return std::move(log_.events);
    }

private:
    task<> act() {
        engine::ending how = co_await work();
        const engine::close_verdict closed = co_await journal_->close(std::move(how));
        require(std::holds_alternative<engine::sealed>(closed));
    }

    task<engine::ending> work() {
        engine::bridge bridge = journal_->open_bridge();
        protocol::agent_started started;
        started.agent_name = scope_->agent_name;
        started.message_id = scope_->message_id;
        const engine::emit_verdict begun = co_await bridge.emit(std::move(started));
        require(std::holds_alternative<engine::emitted>(begun));
        agents::dispatch_limits limits;
        agents::tool_dispatcher dispatcher(scope_, bridge, tools_, calls_, std::move(limits));
        agents::remote::remote_agent_settings settings;
        settings.name = scope_->agent_name;
        const agents::remote::remote_agent agent(std::move(settings), remote_);
        const agents::outcome how = co_await agent.run(*scope_, bridge, dispatcher);
        co_return ending_of(how);
    }

    engine::ending ending_of(const agents::outcome& how) const {
        if (const auto& refused = journal_->refused()) {
            require(refused->why == engine::refusal::cause::too_large);
            return engine::run_failed{
                protocol::agent_error_code::too_large,
                refused->message,
                std::nullopt
            };
        }
        if (const auto* failed = std::get_if<agents::failed>(&how))
            return engine::run_failed{failed->code, failed->message, std::nullopt};
        require(std::holds_alternative<agents::completed>(how));
        return engine::run_completed{};
    }

    sim::world world_;
    open_log log_{world_};
    engine::approval_index approvals_;
    agents::tool_registry tools_;
    agui::remote_sets remote_;
    engine::request_scope_ptr scope_ = question();
    std::shared_ptr<engine::run_journal> journal_ =
        engine::run_journal::open(world_.get_executor(), scope_, log_, approvals_, as_it_comes());
    task_group calls_{world_.get_executor()};
};

/// What the log holds, read again as a stranger would.
class run_check {
public:
    void take(const event& one) {
        require(protocol::is_utf8(one.payload_json));
        require(one.payload_json.find_first_of("\r\n") == std::string::npos);
        const auto read = protocol::payload_from_json(one.type, one.payload_json);
        require(std::holds_alternative<protocol::payload>(read));
        const auto& payload = std::get<protocol::payload>(read);
        require(!protocol::check_payload(payload) && !grammar_.check(payload));
        grammar_.apply(payload);
        std::visit([this](const auto& typed) { count(typed); }, payload);
        const bool is_delta = one.type == event_type::text_delta;
        if (!is_delta && grammar_.where() != engine::run_grammar::phase::ended)
            outline_ += std::string(protocol::name_of(one.type)) + one.payload_json + "\n";
        tell(one);
    }

    /// All but how the text was cut and how long it took.
    std::string finish() const {
        require(grammar_.where() == engine::run_grammar::phase::ended && ends_ == 1);
        require(client_.is_over());
        for (const auto& [id, text] : open_texts_)
            require(text.empty());
        for (const auto& [id, balance] : calls_)
            require(balance == 0);
        return outline_;
    }

private:
    template <class Payload>
    void count(const Payload& typed) {
        using std::is_same_v;
        if constexpr (is_same_v<Payload, protocol::tool_executing>) {
            require(++calls_[typed.tool_call_id] == 1);
        } else if constexpr (is_same_v<Payload, protocol::tool_completed>) {
            require(--calls_[typed.tool_call_id] == 0);
        } else if constexpr (is_same_v<Payload, protocol::text_delta>) {
            open_texts_[typed.message_id] += typed.delta;
        } else if constexpr (is_same_v<Payload, protocol::assistant_message>) {
            require(std::exchange(open_texts_[typed.message_id], {}) == typed.text);
        } else if constexpr (is_same_v<Payload, protocol::agent_completed>) {
            ++ends_;
        } else if constexpr (is_same_v<Payload, protocol::agent_error>) {
            ++ends_;
            outline_ += std::string(name_of(typed.code)) + typed.message + "\n";
        }
    }

    void tell(const event& one) {
        require(!client_.is_over());
        boost::json::parse_options with;
        with.max_depth = 512;
        const std::string frame = R"({"type":")" + std::string(protocol::name_of(one.type)) +
                                  R"(","epoch":"e","seq":)" + std::to_string(one.seq) +
                                  R"(,"timestamp":1,"payload":)" + one.payload_json + "}";
        (void)client_.write(boost::json::parse(frame, {}, with).as_object());
    }

    engine::run_grammar grammar_;
    agui::agui_writer client_{"t1", "q1"};
    std::map<std::string, int> calls_;
    std::map<std::string, std::string> open_texts_;
    std::size_t ends_ = 0;
    std::string outline_;
};

std::string outline_of(const std::string& stream, std::size_t piece_bytes) {
    remote_play run(to_far_end(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + stream,
        piece_bytes
    ));
    run_check check;
    for (const event& one : run.play())
        check.take(one);
    return check.finish();
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string stream(data + 1, data + size);
    const std::size_t piece_bytes = data[0] == 0 ? std::size_t{1} << 16U : data[0];
    require(outline_of(stream, piece_bytes) == outline_of(stream, 1));
    return 0;
}
