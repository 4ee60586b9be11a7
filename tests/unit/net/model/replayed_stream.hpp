#pragma once

#include "net/http/event_stream.hpp"
#include "net/model/completion.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::model::test {

/// What a stream came to, in a form that does not depend on how it was cut.
class replayed_stream {
public:
    explicit replayed_stream(completion_limits limits = {}) : answer_(limits) {}

    void feed(std::string_view piece) {
        while (true) {
            const http::event_stream_step step = events_.next(piece);
            const auto* event = std::get_if<http::stream_event>(&step);
            if (event == nullptr)
                break;
            answer_.take(*event, out_);
        }
        collect();
    }

    void end() {
        answer_.end(events_.end(), out_);
        collect();
    }

    const completion& answer() const { return answer_; }
    std::size_t ends() const { return ends_; }
    const std::string& failure_message() const { return failure_message_; }

    /// The shape of the files beside the streams.
    boost::json::object outcome() const {
        boost::json::object all = end_;
        all["text"] = text_;
        all["reasoning"] = reasoning_;
        if (!all.contains("calls"))
            all["calls"] = boost::json::array();
        return all;
    }

private:
    void collect() {
        for (completion_event& event : out_)
            std::visit([this](auto& what) { take(what); }, event);
        out_.clear();
    }

    void take(const ports::model_text& said) { text_ += said.text; }
    void take(const ports::model_reasoning& thought) { reasoning_ += thought.text; }
    void take(const chat_failure& failure) {
        ++ends_;
        failure_message_ = failure.message;
        end_["failure"] = std::string(protocol::name_of(failure.what));
    }
    void take(const ports::model_answer& answer) {
        ++ends_;
        end_["finish"] = std::string(protocol::name_of(answer.how));
        boost::json::array calls;
        for (const ports::model_call& each : answer.calls) {
            boost::json::object call;
            call["id"] = each.id;
            call["name"] = each.name;
            call["arguments"] = each.arguments;
            if (each.is_malformed)
                call["malformed"] = true;
            calls.push_back(std::move(call));
        }
        end_["calls"] = std::move(calls);
        if (answer.usage)
            end_["usage"] = shown(*answer.usage);
    }

    static boost::json::object shown(const protocol::token_usage& counted) {
        boost::json::object usage;
        usage["input"] = counted.input_tokens;
        usage["output"] = counted.output_tokens;
        usage["total"] = counted.total_tokens;
        if (counted.reasoning_tokens)
            usage["reasoning"] = *counted.reasoning_tokens;
        if (counted.cached_tokens)
            usage["cached"] = *counted.cached_tokens;
        return usage;
    }

    http::event_stream_parser events_;
    completion answer_;
    completion_events out_;
    std::string text_;
    std::string reasoning_;
    std::string failure_message_;
    boost::json::object end_;
    std::size_t ends_ = 0;
};

}  // namespace clarion::model::test
