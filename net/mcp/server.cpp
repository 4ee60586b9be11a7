#include "net/mcp/server.hpp"

#include "core/async/assert.hpp"
#include "core/async/first_of.hpp"
#include "net/mcp/call_answer.hpp"
#include "net/mcp/mirrored_headers.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

constexpr duration pause_min = std::chrono::milliseconds(500);
constexpr duration pause_max = std::chrono::seconds(30);
// A life as long as this was no failure to start.
constexpr duration long_life = std::chrono::minutes(1);
// How long a call waits for a server that is being opened.
constexpr duration opening_patience = std::chrono::seconds(10);
constexpr patience_limits list_patience{std::chrono::seconds(30), std::chrono::minutes(2)};
// A server that tells of changes all the time is not asked all the time.
constexpr duration list_pause = std::chrono::milliseconds(200);
constexpr duration listen_pause = std::chrono::seconds(5);
// How often a server from which nothing is heard is asked whether it is there.
constexpr duration pulse_pause = std::chrono::seconds(15);
constexpr patience_limits pulse_patience{std::chrono::seconds(10), std::chrono::seconds(10)};

// A late answer proves nothing, a server may be busy with a call; nor does a refusal, not all of
// them know the question.
bool is_gone(const ask_outcome& came) {
    using fault = ask_failure::fault;
    const auto* const failure = std::get_if<ask_failure>(&came);
    return failure != nullptr &&
           (failure->what == fault::unreachable || failure->what == fault::closed ||
            failure->what == fault::session_lost);
}

/// A place among those who wait for another state.
class waiting_place {
public:
    explicit waiting_place(std::list<wakeup>& among)
        : among_(among), at_(among.emplace(among.end())) {}
    waiting_place(const waiting_place&) = delete;
    waiting_place& operator=(const waiting_place&) = delete;
    ~waiting_place() { among_.erase(at_); }

    wakeup& turn() { return *at_; }

private:
    std::list<wakeup>& among_;
    std::list<wakeup>::iterator at_;
};

}  // namespace

server::server(server_settings settings, channel_factory factory, server_sinks sinks)
    : settings_(std::move(settings)), factory_(std::move(factory)), sinks_(std::move(sinks)) {}

server::~server() {
    CLARION_ASSERT(waiting_.empty());
}

task<> server::run() {
    co_await first_of(keep_open(), stopping_.wait());
    why_lost_ = "the client is shutting down";
    be(state::lost);
    co_await leave();
}

void server::stop() {
    stopping_.notify();
}

task<> server::keep_open() {
    const executor on = co_await asio::this_coro::executor;
    while (true) {
        const time_point began = on.owner().now();
        why_lost_ = co_await serve_once();
        be(state::lost);
        sinks_.lost(why_lost_);
        co_await leave();
        const duration life = on.owner().now() - began;
        co_await sleep_for(pause_after(life, on.owner().random()));
        be(state::opening);
    }
}

duration server::pause_after(duration life, random_source& random) {
    failures_ = life >= long_life ? 1 : failures_ + 1;
    constexpr int doublings_max = 6;
    const duration longest = std::min(
        pause_max,
        pause_min * (std::int64_t{1} << std::min(failures_ - 1, doublings_max))
    );
    // Half of it is chance, so that servers that fell together do not rise together.
    const auto half = static_cast<std::uint64_t>(longest.count() / 2);
    return longest / 2 + duration(static_cast<std::int64_t>(random.below(half + 1)));
}

task<std::string> server::serve_once() {
    const executor on = co_await asio::this_coro::executor;
    auto made = factory_(on, [this](const rpc_notification& told) { heard(told); });
    if (auto* const failed = std::get_if<std::string>(&made))
        co_return std::move(*failed);
    link_ = std::get<channel_ptr>(std::move(made));
    auto ended = co_await first_of(link_->run(), converse(*link_));
    if (ended.index() == 0) {
        if (!agreed_)
            greet_otherwise();
        co_return std::get<0>(std::move(ended));
    }
    co_return std::get<1>(std::move(ended));
}

task<std::string> server::converse(channel& link) {
    while (true) {
        has_trouble_ = false;
        complaint wrong = co_await open(link);
        if (!wrong)
            wrong = co_await list(link);
        if (wrong)
            co_return *std::move(wrong);
        ++opened_;
        be(state::open);
        auto ended = co_await first_of(follow(link), listen(link));
        std::string why =
            ended.index() == 0 ? std::get<0>(std::move(ended)) : std::get<1>(std::move(ended));
        if (!why.empty())
            co_return why;
        be(state::opening);
    }
}

// Whoever was asked what it does not know, and left, is greeted the old way next time.
void server::greet_otherwise() {
    expected_ = expected_ == era::modern ? era::legacy : era::modern;
}

task<server::complaint> server::open(channel& link) {
    opening talk(settings_.who, expected_);
    opening_step step = talk.begin();
    bool has_left = false;
    while (auto* const asked = std::get_if<opening_request>(&step)) {
        question put;
        put.method = std::move(asked->method);
        put.params = std::move(asked->params);
        put.patience = {asked->patience, asked->patience};
        put.cancels = giving_up::silent;
        link.forget();
        const ask_outcome came = co_await link.ask(std::move(put));
        const auto* const failed = std::get_if<ask_failure>(&came);
        has_left = failed != nullptr && failed->what == ask_failure::fault::closed;
        step = talk.take(came);
    }
    if (auto* const failure = std::get_if<opening_failure>(&step)) {
        if (has_left)
            greet_otherwise();
        else
            expected_ = era::modern;
        co_return complaint(std::move(failure->why));
    }
    agreed_ = std::get<agreement>(std::move(step));
    expected_ = agreed_->spoken;
    link.agree(*agreed_);
    if (agreed_->spoken == era::legacy) {
        rpc_notification initialized;
        initialized.method = "notifications/initialized";
        co_await link.tell(std::move(initialized));
    }
    co_return complaint();
}

task<server::complaint> server::list(channel& link) {
    tool_list read;
    do {
        question put;
        put.method = "tools/list";
        put.patience = list_patience;
        if (agreed_->spoken == era::modern)
            put.params["_meta"] = modern_meta(settings_.who);
        if (read.next_page())
            put.params["cursor"] = *read.next_page();
        const ask_outcome came = co_await link.ask(std::move(put));
        if (const auto* const failure = std::get_if<ask_failure>(&came))
            co_return complaint(failure->message);
        const auto* const error = std::get_if<rpc_error>(&came);
        // A server without tools need not know the method.
        if (error != nullptr && error->code != method_not_found)
            co_return complaint("does not list its tools: " + error->message);
        if (error != nullptr)
            break;
        read.take_page(std::get<json::object>(came));
    } while (read.next_page());
    for (const std::string& note : read.notes())
        sinks_.note(note);
    std::vector<ports::source_tool> shown;
    for (const listed_tool& one : read.tools())
        shown.push_back(one.about);
    tools_ = std::move(read);
    sinks_.listed(shown);
    co_return complaint();
}

// Nothing to say when the server has to be opened again.
task<std::string> server::follow(channel& link) {
    while (true) {
        co_await changed_.wait();
        if (has_trouble_)
            co_return std::string();
        complaint wrong = co_await list(link);
        if (wrong)
            co_return *std::move(wrong);
        co_await sleep_for(list_pause);
    }
}

// Servers of before tell by themselves, or on a stream that the channel keeps open.
task<std::string> server::listen(channel& link) {
    while (agreed_->spoken == era::modern && agreed_->tells_list_changes) {
        question put;
        put.method = "subscriptions/listen";
        put.params["_meta"] = modern_meta(settings_.who);
        put.params["notifications"] = json::object{{"toolsListChanged", true}};
        put.patience = patience::endless();
        const ask_outcome came = co_await link.ask(std::move(put));
        if (std::holds_alternative<rpc_error>(came))
            break;
        co_await sleep_for(listen_pause);
        // Whatever was told meanwhile was told to nobody.
        changed_.notify();
    }
    co_await feel_pulse(link);
    co_return std::string();
}

// Over HTTP one that goes says nothing of it.
task<> server::feel_pulse(channel& link) {
    while (true) {
        co_await sleep_for(pulse_pause);
        question put;
        put.method = "ping";
        if (agreed_->spoken == era::modern) {
            put.method = "server/discover";
            put.params["_meta"] = modern_meta(settings_.who);
        }
        put.patience = pulse_patience;
        put.cancels = giving_up::silent;
        const ask_outcome came = co_await link.ask(std::move(put));
        if (is_gone(came))
            look_again(opened_);
    }
}

task<> server::leave() {
    if (!link_)
        co_return;
    co_await link_->close();
    link_.reset();
    agreed_.reset();
}

void server::be(state now) {
    state_ = now;
    for (wakeup& waiting : waiting_)
        waiting.notify();
}

void server::heard(const rpc_notification& told) {
    if (told.method == "notifications/tools/list_changed")
        changed_.notify();
}

void server::look_again(std::uint64_t opened) {
    // Another call may have found out before.
    if (opened != opened_ || state_ != state::open)
        return;
    be(state::opening);
    has_trouble_ = true;
    changed_.notify();
}

task<bool> server::is_ready(time_point until) {
    const executor on = co_await asio::this_coro::executor;
    while (state_ == state::opening && on.owner().now() < until) {
        waiting_place place(waiting_);
        co_await place.turn().wait_until(until);
    }
    co_return state_ == state::open;
}

question server::question_about(const ports::source_call& wanted) const {
    question made;
    made.method = "tools/call";
    made.params["name"] = wanted.tool;
    made.params["arguments"] = wanted.arguments;
    made.patience = settings_.calls;
    if (agreed_->spoken == era::modern) {
        made.params["_meta"] = modern_meta(settings_.who);
        made.headers.push_back({"Mcp-Name", header_value(wanted.tool)});
        if (const listed_tool* const called = tools_.find(wanted.tool))
            add_mirrored(made.headers, called->mirrored, wanted.arguments);
    }
    return made;
}

ports::source_answer server::unavailable(const std::string& how) const {
    ports::source_refusal refusal;
    refusal.message = "the MCP server " + settings_.name + " " + how;
    refusal.why = ports::refusal_cause::unavailable;
    return refusal;
}

task<ports::source_answer>
server::call(ports::source_call wanted, ports::progress_sink on_progress) {
    const executor on = co_await asio::this_coro::executor;
    constexpr int tries_max = 2;
    for (int tries = 1;; ++tries) {
        const bool ready = co_await is_ready(on.owner().now() + opening_patience);
        if (!ready) {
            const std::string why = state_ == state::lost ? why_lost_ : "is still being opened";
            co_return unavailable("is not available: it " + why);
        }
        const channel_ptr link = link_;
        const std::uint64_t opened = opened_;
        question put = question_about(wanted);
        put.on_progress = on_progress;
        const ask_outcome came = co_await link->ask(std::move(put));
        const auto* const failure = std::get_if<ask_failure>(&came);
        if (failure == nullptr || failure->what == ask_failure::fault::late)
            co_return answer_of(came);
        look_again(opened);
        if (failure->what != ask_failure::fault::session_lost || tries == tries_max)
            co_return unavailable(failure->message);
    }
}

}  // namespace clarion::mcp
