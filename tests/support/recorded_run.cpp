#include "tests/support/recorded_run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace clarion::support {

void recording_sink::append(
    engine::run_batch batch,
    std::function<void(const engine::batch_verdict&)> done
) {
    pending_.push_back({std::move(batch), std::move(done)});
    if (!held_)
        settle_later();
}

void recording_sink::release() {
    held_ = false;
    for (std::size_t left = pending_.size(); left > 0; --left)
        settle_later();
}

void recording_sink::settle_later() {
    on_.defer(make_deferred_work([this] { settle_first(); }));
}

void recording_sink::settle_first() {
    if (pending_.empty())
        return;
    const pending first = std::move(pending_.front());
    pending_.pop_front();
    if (broken_) {
        first.done(engine::batch_refused{"the disk is full"});
        return;
    }
    for (const protocol::event& event : first.batch.events) {
        events_.push_back(event);
        events_.back().seq = static_cast<std::int64_t>(events_.size());
        events_.back().timestamp_ms = on_.wall_ms();
    }
    first.done(engine::batch_committed{static_cast<std::int64_t>(events_.size())});
}

namespace {

bool same_letter(char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
}

std::vector<ports::past_message>
last_of(std::vector<ports::past_message> messages, std::size_t messages_max) {
    if (messages.size() > messages_max)
        messages.erase(
            messages.begin(),
            messages.end() - static_cast<std::ptrdiff_t>(messages_max)
        );
    return messages;
}

engine::request_scope_ptr scope_of(const recorded_run_options& with, const sim::world& world) {
    engine::request_scope scope;
    scope.key = {"ada", "t1"};
    scope.run_id = "r_1";
    scope.message_id = "q1";
    scope.message_seq = 1;
    scope.agent_name = with.agent_name;
    scope.text = with.text;
    scope.history = with.history;
    scope.accepted_at = world.now();
    scope.started_at = world.now();
    return std::make_shared<const engine::request_scope>(std::move(scope));
}

task<> announce(engine::bridge& bridge, engine::request_scope_ptr scope) {
    protocol::agent_started started;
    started.agent_name = scope->agent_name;
    started.message_id = scope->message_id;
    const engine::emit_verdict verdict = co_await bridge.emit(std::move(started));
    BOOST_REQUIRE(std::holds_alternative<engine::emitted>(verdict));
}

task<> close_journal(
    std::shared_ptr<engine::run_journal> journal,
    engine::ending how,
    engine::close_verdict& verdict
) {
    verdict = co_await journal->close(std::move(how));
}

}  // namespace

task<ports::history_result> memory_history::search(std::string text, std::size_t messages_max) {
    std::vector<ports::past_message> found;
    for (const ports::past_message& message : messages_)
        if (!std::ranges::search(message.text, text, same_letter).empty())
            found.push_back(message);
    co_return ports::history_result(last_of(std::move(found), messages_max));
}

task<ports::history_result> memory_history::newest(std::size_t messages_max) {
    co_return ports::history_result(last_of(messages_, messages_max));
}

recorded_run::recorded_run(recorded_run_options with)
    : world_(with.seed, with.order),
      scope_(scope_of(with, world_)),
      journal_(
          engine::run_journal::open(world_.get_executor(), scope_, sink_, approvals_, with.journal)
      ),
      bridge_(journal_->open_bridge()),
      calls_(world_.get_executor()) {
    run(announce(bridge_, scope_));
}

recorded_run::~recorded_run() {
    // What a failed test left behind must not end in an assertion that hides the failure.
    stop_.emit(asio::cancellation_type::terminal);
    calls_.cancel();
    world_.run([this] { return ended_ && calls_.size() == 0; });
}

void recorded_run::start(task<> work) {
    BOOST_REQUIRE(ended_);
    ended_ = false;
    failure_ = nullptr;
    const auto note_end = [this](const std::exception_ptr& failure) {
        ended_ = true;
        failure_ = failure;
    };
    asio::co_spawn(
        world_.get_executor(),
        std::move(work),
        asio::bind_cancellation_slot(stop_.slot(), note_end)
    );
}

void recorded_run::finish() {
    world_.run([this] { return ended_; });
    BOOST_REQUIRE_MESSAGE(ended_, "nothing is left to run, and the coroutine has not ended");
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

engine::close_verdict recorded_run::close(engine::ending how) {
    engine::close_verdict verdict;
    run(close_journal(journal_, std::move(how), verdict));
    return verdict;
}

std::vector<std::string> recorded_run::types() const {
    std::vector<std::string> names;
    for (const protocol::event& event : sink_.events()) {
        const std::string_view name = protocol::name_of(event.type);
        const bool goes_on = event.type == protocol::event_type::text_delta && !names.empty() &&
                             names.back() == name;
        if (!goes_on)
            names.emplace_back(name);
    }
    return names;
}

scripted_tool::scripted_tool(std::string name, script work, duration timeout)
    : work_(std::move(work)) {
    spec_.name = std::move(name);
    spec_.description = "for tests";
    spec_.parameters.text = R"({"type":"object"})";
    spec_.timeout = timeout;
}

}  // namespace clarion::support
