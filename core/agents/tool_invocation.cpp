#include "core/agents/tool_invocation.hpp"

#include "core/engine/work_list.hpp"
#include "core/protocol/utf8.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace clarion::agents {

namespace {

using protocol::tool_outcome;

/// A tool's sentence is nobody's contract: it becomes a legal string before it becomes an event.
std::string presentable(std::string text) {
    if (text.empty())
        return "the tool failed without saying why";
    const std::size_t bytes = text.size();
    if (bytes > tool_error_bytes_max)
        text.resize(tool_error_bytes_max);
    const std::size_t legal = protocol::utf8_prefix_bytes(text);
    const bool cut = legal < bytes;
    text.resize(legal);
    return cut ? text + "… (cut from " + std::to_string(bytes) + " bytes)" : text;
}

bool is_json(const std::string& text) {
    boost::json::monotonic_resource memory;
    boost::system::error_code error;
    boost::json::parse(text, error, &memory);
    return !error;
}

tool_ending ending_of_exception(const std::exception& error, asio::cancellation_type cancelled) {
    const auto* failure = dynamic_cast<const boost::system::system_error*>(&error);
    const bool aborted = failure != nullptr && failure->code() == asio::error::operation_aborted;
    if (aborted && cancelled != asio::cancellation_type::none)
        return failed_with(tool_outcome::cancelled, "the call was cancelled");
    return failed_with(tool_outcome::error, error.what());
}

}  // namespace

tool_ending ending_of(tool_result result) {
    if (auto* failure = std::get_if<tool_failure>(&result)) {
        tool_ending ending = failed_with(tool_outcome::error, std::move(failure->message));
        ending.has_bad_arguments = failure->is_of_arguments;
        return ending;
    }
    protocol::json_text& value = std::get<tool_value>(result).result;
    if (value.text.size() > tool_result_bytes_max)
        return failed_with(
            tool_outcome::error,
            "the result is too large (" + std::to_string(value.text.size()) + " bytes)"
        );
    if (!is_json(value.text))
        return failed_with(tool_outcome::error, "the result is not JSON");
    return {tool_outcome::ok, std::move(value), std::nullopt, false};
}

tool_ending failed_with(tool_outcome outcome, std::string text) {
    return {outcome, std::nullopt, presentable(std::move(text)), false};
}

tool_invocation::tool_invocation(const tool& called, duration timeout, scheduler& on)
    : called_(called), timeout_(timeout), on_(on), started_at_(on.now()) {
    on_.arm(*this, started_at_ + timeout_);
}

std::shared_ptr<tool_invocation> tool_invocation::start(
    const tool& called,
    std::optional<duration> timeout,
    engine::request_scope_ptr request,
    boost::json::object arguments,
    scheduler& on,
    task_group& calls
) {
    std::shared_ptr<tool_invocation> started(
        new tool_invocation(called, timeout.value_or(called.spec().timeout), on)
    );
    started->work_ = calls.spawn(run(started, std::move(request), std::move(arguments)));
    return started;
}

// Around one tool call: one of the four places where exceptions are caught. Each becomes the
// call's ending, so none of them reaches the group, where it would cancel other calls.
task<> tool_invocation::run(
    std::shared_ptr<tool_invocation> self,
    engine::request_scope_ptr request,
    boost::json::object arguments
) {
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    const executor on = co_await asio::this_coro::executor;
    const engine::work_list::place listed(on, request, self->called_.spec().name, self->given_up_);
    try {
        ports::progress_sink tell = [weak = std::weak_ptr(self)](const auto& how_far) {
            if (const auto alive = weak.lock())
                alive->progressed(how_far);
        };
        tool_result result = co_await self->called_.call_telling(
            std::move(request),
            std::move(arguments),
            std::move(tell)
        );
        self->end(ending_of(std::move(result)));
    } catch (const std::exception& error) {
        self->end(ending_of_exception(error, state.cancelled()));
    } catch (...) {
        self->end(
            failed_with(tool_outcome::error, "the tool threw something that is not an exception")
        );
    }
}

task<> tool_invocation::wait() {
    while (!ending_ && !told_)
        co_await changed_.wait();
}

void tool_invocation::progressed(const ports::tool_progress& how_far) {
    if (ending_)
        return;
    const time_point now = on_.now();
    on_.arm(*this, std::min(now + timeout_, started_at_ + timeout_ * timeout_growth_max));
    if (now - told_at_ < progress_interval)
        return;
    told_at_ = now;
    told_ = how_far;
    changed_.notify();
}

void tool_invocation::expired() {
    given_up_ = true;
    const auto limit = std::chrono::duration_cast<milliseconds>(on_.now() - started_at_);
    end(failed_with(
        tool_outcome::timeout,
        called_.spec().name + " did not finish within " + std::to_string(limit.count()) + " ms"
    ));
    work_.cancel();
}

void tool_invocation::stop() {
    if (ending_)
        return;
    given_up_ = true;
    end(failed_with(tool_outcome::cancelled, "the call was cancelled"));
    work_.cancel();
}

void tool_invocation::end(tool_ending how) {
    if (ending_)
        return;
    on_.disarm(*this);
    ending_ = std::move(how);
    ended_at_ = on_.now();
    changed_.notify();
}

}  // namespace clarion::agents
