#pragma once

#include "core/async/sleep.hpp"
#include "core/ports/model.hpp"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::support {

/// One model, `m`, whose answers a test writes down, one for each time it is asked.
class scripted_models final : public ports::models, public ports::model {
public:
    struct piece {
        ports::model_event event;
        duration after{0};  ///< since the piece before
    };
    using script = std::vector<piece>;

    std::deque<script> answers;
    /// Given when there are no more answers; empty: that is a failure.
    script always;
    std::vector<ports::model_request> asked;
    std::size_t streams_alive = 0;

    ports::model* find(std::string_view name, const executor&) override {
        return name == "m" ? this : nullptr;
    }

    std::unique_ptr<ports::model_stream> ask(ports::model_request request) override {
        asked.push_back(std::move(request));
        script next = always;
        if (!answers.empty()) {
            next = std::move(answers.front());
            answers.pop_front();
        }
        return std::make_unique<stream>(*this, std::move(next));
    }

private:
    class stream final : public ports::model_stream {
    public:
        stream(scripted_models& of, script pieces) : of_(of), pieces_(std::move(pieces)) {
            ++of_.streams_alive;
        }
        ~stream() override { --of_.streams_alive; }

        task<ports::model_event> next() override {
            if (at_ == pieces_.size())
                co_return ports::model_event(
                    ports::model_failure{protocol::agent_error_code::model_error, "no more script"}
                );
            piece& now = pieces_[at_++];
            if (now.after > duration(0))
                co_await sleep_for(now.after);
            co_return std::move(now.event);
        }

    private:
        scripted_models& of_;
        script pieces_;
        std::size_t at_ = 0;
    };
};

inline scripted_models::piece says(std::string text, duration after = duration(0)) {
    return {ports::model_text{std::move(text)}, after};
}
inline scripted_models::piece thinks(std::string text, duration after = duration(0)) {
    return {ports::model_reasoning{std::move(text)}, after};
}
inline scripted_models::piece notes(std::string text) {
    return {ports::model_notice{std::move(text)}};
}
inline scripted_models::piece fails(protocol::agent_error_code code, std::string message) {
    return {ports::model_failure{code, std::move(message)}};
}
inline protocol::token_usage tokens(std::int64_t in, std::int64_t out) {
    protocol::token_usage counted;
    counted.provider = "p";
    counted.model = "m";
    counted.input_tokens = in;
    counted.output_tokens = out;
    counted.total_tokens = in + out;
    return counted;
}
inline scripted_models::piece
stops(ports::model_finish how = ports::model_finish::stopped, std::int64_t tokens_in = 0) {
    ports::model_answer answer;
    answer.how = how;
    if (tokens_in > 0)
        answer.usage = tokens(tokens_in, 10);
    return {std::move(answer)};
}
inline ports::model_call
calling(std::string name, std::string arguments = "{}", std::string id = "c") {
    return {std::move(id), std::move(name), std::move(arguments), false};
}
inline scripted_models::piece calls(std::vector<ports::model_call> wanted, std::int64_t in = 0) {
    ports::model_answer answer;
    answer.how = ports::model_finish::calls;
    answer.calls = std::move(wanted);
    if (in > 0)
        answer.usage = tokens(in, 10);
    return {std::move(answer)};
}

}  // namespace clarion::support
