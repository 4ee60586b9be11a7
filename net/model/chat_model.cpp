#include "net/model/chat_model.hpp"

#include "core/async/assert.hpp"
#include "core/async/sleep.hpp"
#include "net/model/chat_attempt.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace clarion::model {

namespace {

// With a tenth, rounded up: "1.3 s".
std::string in_seconds(duration time) {
    const auto tenths = (time.count() + 99'999'999) / 100'000'000;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

class chat_answer final : public ports::model_stream {
public:
    chat_answer(
        const model_services& with,
        const std::vector<endpoint*>& chain,
        ports::model_request request
    )
        : with_(with), chain_(chain), request_(std::move(request)) {}

    task<ports::model_event> next() override {
        const executor on = co_await asio::this_coro::executor;
        clock_ = &on.owner();
        if (pause_until_ > clock_->now())
            co_await sleep_until(pause_until_);
        if (!attempt_)
            if (auto resting = begin_attempt())
                co_return after_failure(*std::move(resting));
        completion_event event = co_await attempt_->next();
        if (auto* said = std::get_if<ports::model_text>(&event))
            co_return shown(std::move(*said));
        if (auto* thought = std::get_if<ports::model_reasoning>(&event))
            co_return shown(std::move(*thought));
        if (auto* answer = std::get_if<ports::model_answer>(&event))
            co_return finished(std::move(*answer));
        co_return after_failure(std::get<chat_failure>(std::move(event)));
    }

private:
    endpoint& where() const { return *chain_[place_]; }
    const std::string& name() const { return where().settings.name; }

    std::optional<chat_failure> begin_attempt() {
        const time_point now = clock_->now();
        if (!where().health.admit(now)) {
            const auto rest = where().health.rests_for(now);
            std::string why = "it failed too often, and is left alone";
            if (rest)
                why += " for " + in_seconds(*rest);
            return chat_failure{failure_kind::resting, std::move(why)};
        }
        admission_.emplace(where().health, *clock_);
        attempt_.emplace(with_.over, where(), request_);
        ++attempts_;
        return std::nullopt;
    }

    template <class Piece>
    ports::model_event shown(Piece piece) {
        has_shown_ = true;
        if (admission_)
            admission_->succeeded();
        return piece;
    }

    ports::model_event finished(ports::model_answer answer) {
        if (admission_)
            admission_->succeeded();
        if (answer.usage) {
            answer.usage->provider = name();
            answer.usage->model = where().settings.model;
        }
        for (ports::model_call& call : answer.calls) {
            const auto offered =
                std::ranges::find(request_.tools, call.name, [](const ports::offered_tool& tool) {
                    return wire_name(tool.name);
                });
            if (offered != request_.tools.end())
                call.name = offered->name;
        }
        return answer;
    }

    ports::model_event after_failure(chat_failure failure) {
        if (admission_ && counts_against_endpoint(failure.what))
            admission_->failed();
        else if (admission_ && failure.what != failure_kind::limited)
            admission_->succeeded();  // it said no, but it is there
        attempt_.reset();
        admission_.reset();
        const std::string what = "model " + name() + ": " + failure.message;
        if (has_shown_)
            return ports::model_failure{error_code_of(failure.what), what};
        if (const auto pause =
                pause_before_retry(with_.retries, failure, attempts_, clock_->random())) {
            pause_until_ = clock_->now() + *pause;
            return ports::model_notice{
                what + "; attempt " + std::to_string(attempts_ + 1) + " of " +
                std::to_string(with_.retries.attempts_max) + " in " + in_seconds(*pause)
            };
        }
        if (!is_worth_another_model(failure.what) || place_ + 1 == chain_.size())
            return ports::model_failure{error_code_of(failure.what), what};
        ++place_;
        attempts_ = 0;
        return ports::model_notice{what + "; asking " + name() + " instead"};
    }

    const model_services& with_;
    const std::vector<endpoint*>& chain_;
    ports::model_request request_;
    scheduler* clock_ = nullptr;
    std::size_t place_ = 0;     // in the chain
    std::size_t attempts_ = 0;  // of the model at that place
    time_point pause_until_;
    bool has_shown_ = false;
    std::optional<admission> admission_;
    std::optional<chat_attempt> attempt_;
};

}  // namespace

std::unique_ptr<ports::model_stream> chat_model::ask(ports::model_request request) {
    CLARION_ASSERT(!chain_.empty());
    return std::make_unique<chat_answer>(with_, chain_, std::move(request));
}

}  // namespace clarion::model
