#pragma once

#include "core/agents/tool.hpp"
#include "core/async/task_group.hpp"
#include "core/engine/event_sink.hpp"
#include "core/engine/run_journal.hpp"
#include "core/ports/history.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/sim/world.hpp"

#include <boost/asio/cancellation_signal.hpp>

#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::support {

/// A thread's log that keeps what runs commit. Answers in a later turn, in order.
class recording_sink final : public engine::event_sink {
public:
    explicit recording_sink(sim::world& on) : on_(on) {}

    void append(engine::run_batch batch, std::function<void(const engine::batch_verdict&)> done)
        override;

    /// What is handed in waits until `release`.
    void hold() { held_ = true; }
    void release();
    /// Refuses every further batch.
    void break_down() { broken_ = true; }

    const std::vector<protocol::event>& events() const { return events_; }

private:
    struct pending {
        engine::run_batch batch;
        std::function<void(const engine::batch_verdict&)> done;
    };
    void settle_later();
    void settle_first();

    sim::world& on_;
    std::deque<pending> pending_;
    std::vector<protocol::event> events_;
    bool held_ = false;
    bool broken_ = false;
};

/// The earlier messages of a run's thread, out of memory.
class memory_history final : public ports::history {
public:
    explicit memory_history(std::vector<ports::past_message> messages)
        : messages_(std::move(messages)) {}

    task<ports::history_result> search(std::string text, std::size_t messages_max) override;
    task<ports::history_result> newest(std::size_t messages_max) override;

private:
    std::vector<ports::past_message> messages_;
};

struct recorded_run_options {
    std::string text = "hello";
    std::string agent_name = "demo";
    std::shared_ptr<ports::history> history =
        std::make_shared<memory_history>(std::vector<ports::past_message>());
    std::uint64_t seed = 1;
    sim::policy order = sim::policy::fifo;
    engine::journal_limits journal;
};

/// One run up to its `agent_started`, in virtual time, with the real journal and bridge: what an
/// agent or a dispatcher stands on. Drives one coroutine under test at a time.
class recorded_run {
public:
    explicit recorded_run(recorded_run_options with = {});
    ~recorded_run();

    sim::world& world() { return world_; }
    recording_sink& sink() { return sink_; }
    engine::bridge& bridge() { return bridge_; }
    const engine::request_scope_ptr& scope() const { return scope_; }
    task_group& calls() { return calls_; }
    const engine::run_journal& journal() const { return *journal_; }
    engine::approval_index& approvals() { return approvals_; }

    /// Starts the coroutine under test; `finish` runs until it has ended and throws what it threw.
    void start(task<> work);
    bool has_ended() const { return ended_; }
    void cancel() { stop_.emit(asio::cancellation_type::terminal); }
    void finish();
    void run(task<> work) {
        start(std::move(work));
        finish();
    }
    /// Ends the run by its closer.
    engine::close_verdict close(engine::ending how);

    /// The events from `agent_started` on by their names; a series of deltas counts as one.
    std::vector<std::string> types() const;
    /// The payloads of one type in order.
    template <class Payload>
    std::vector<Payload> all() const {
        std::vector<Payload> found;
        for (const protocol::event& event : sink_.events()) {
            auto read = protocol::payload_from_json(event.type, event.payload_json);
            if (auto* typed = std::get_if<Payload>(&std::get<protocol::payload>(read)))
                found.push_back(std::move(*typed));
        }
        return found;
    }

private:
    sim::world world_;
    recording_sink sink_{world_};
    engine::approval_index approvals_;
    engine::request_scope_ptr scope_;
    std::shared_ptr<engine::run_journal> journal_;
    engine::bridge bridge_;
    asio::cancellation_signal stop_;
    bool ended_ = true;
    std::exception_ptr failure_;
    task_group calls_;
};

/// A tool whose work a test writes down as a named coroutine.
class scripted_tool final : public agents::tool {
public:
    using script =
        std::function<task<agents::tool_result>(engine::request_scope_ptr, boost::json::object)>;

    scripted_tool(std::string name, script work, duration timeout = std::chrono::seconds(30));

    const agents::tool_spec& spec() const override { return spec_; }
    std::optional<protocol::field_error> check_arguments(const boost::json::object&)
        const override {
        return std::nullopt;
    }
    task<agents::tool_result> call(engine::request_scope_ptr request, boost::json::object arguments)
        const override {
        return work_(std::move(request), std::move(arguments));
    }

private:
    agents::tool_spec spec_;
    script work_;
};

}  // namespace clarion::support
