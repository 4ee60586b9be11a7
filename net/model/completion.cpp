#include "net/model/completion.hpp"

#include <algorithm>
#include <utility>

namespace clarion::model {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

bool is_length(std::string_view reason) {
    return reason == "length" || reason == "max_tokens" || reason == "model_length";
}

bool is_filter(std::string_view reason) {
    return reason == "content_filter" || reason == "safety" || reason == "recitation";
}

bool is_whole(std::string_view data) {
    return data == "[DONE]" || std::holds_alternative<chat_chunk>(read_chunk(data));
}

// Reasons with which a server says that the model did not finish.
bool is_breakdown(std::string_view reason) {
    return reason == "error" || reason == "abort" || reason == "insufficient_system_resource";
}

}  // namespace

void completion::take(const http::stream_event& event, completion_events& out) {
    if (is_over_)
        return;
    data_bytes_ += event.data.size();
    if (data_bytes_ > limits_.output_bytes_max)
        return fail({failure_kind::answer_too_large, "the model's answer is too large"}, out);
    const std::string_view data = trimmed(event.data);
    if (!event.error.empty() || event.type == "error") {
        const std::string_view told = event.error.empty() ? data : trimmed(event.error);
        const auto error = read_error(told);
        return fail(failure_of(error.value_or(reported_error{std::string(told), {}, 0})), out);
    }
    if (event.type != "ping")
        take_data(data, out);
}

void completion::take_data(std::string_view data, completion_events& out) {
    // A proxy that wraps what is wrapped already.
    while (data.starts_with("data:"))
        data = trimmed(data.substr(5));
    if (data.empty())
        return;
    if (data != "[DONE]")
        return take_whole(data, out);
    if (!has_content_ && finish_reason_.empty())
        return fail({failure_kind::cut_off, "the model server ended without an answer"}, out);
    finish(out);
}

void completion::take_whole(std::string_view body, completion_events& out) {
    if (is_over_)
        return;
    auto read = read_chunk(body);
    if (auto* chunk = std::get_if<chat_chunk>(&read))
        return take_chunk(std::move(*chunk), out);
    fail({failure_kind::malformed, "the model server sent what is no chat completion"}, out);
}

void completion::take_chunk(chat_chunk chunk, completion_events& out) {
    if (chunk.error)
        return fail(failure_of(*chunk.error), out);
    if (!chunk.is_empty())
        ++chunks_;
    has_content_ |= !chunk.text.empty() || !chunk.reasoning.empty() || !chunk.calls.empty();
    if (!chunk.reasoning.empty()) {
        has_reasoning_field_ = true;
        think(reasoning_halves_.feed(std::move(chunk.reasoning)), out);
    }
    if (!chunk.text.empty())
        take_text(thoughts_.feed(text_halves_.feed(std::move(chunk.text))), out);
    for (call_piece& piece : chunk.calls)
        if (!is_over_ && calls_.take(std::move(piece)) == call_slots::taken::too_large)
            fail({failure_kind::answer_too_large, "the model's tool calls are too large"}, out);
    if (chunk.usage)
        usage_ = std::move(chunk.usage);
    if (!chunk.finish_reason.empty())
        finish_reason_ = std::move(chunk.finish_reason);
    if (is_breakdown(finish_reason_))
        fail({failure_kind::refused, "the model server gave up on its answer"}, out);
}

void completion::take_text(split_text parts, completion_events& out) {
    // Told once already, beside the content.
    if (!has_reasoning_field_)
        think(std::move(parts.thought), out);
    say(std::move(parts.said), out);
}

void completion::say(std::string text, completion_events& out) {
    text_bytes_ += text.size();
    if (text_bytes_ > limits_.text_bytes_max)
        return fail({failure_kind::answer_too_large, "the model's answer is too large"}, out);
    if (!text.empty() && !is_over_)
        out.emplace_back(ports::model_text{std::move(text)});
}

void completion::think(std::string text, completion_events& out) {
    text_bytes_ += text.size();
    if (text_bytes_ > limits_.text_bytes_max)
        return fail({failure_kind::answer_too_large, "the model's reasoning is too large"}, out);
    if (!text.empty() && !is_over_)
        out.emplace_back(ports::model_reasoning{std::move(text)});
}

void completion::fail(chat_failure failure, completion_events& out) {
    if (!std::exchange(is_over_, true))
        out.emplace_back(std::move(failure));
}

void completion::end(const std::optional<http::stream_event>& last, completion_events& out) {
    if (last && is_whole(trimmed(last->data)))
        take(*last, out);
    if (is_over_)
        return;
    if (finish_reason_.empty())
        return fail(
            {failure_kind::cut_off, "the connection ended before the model's answer did"},
            out
        );
    finish(out);
}

void completion::finish(completion_events& out) {
    think(reasoning_halves_.end(), out);
    take_text(thoughts_.feed(text_halves_.end()), out);
    take_text(thoughts_.end(), out);
    auto calls = calls_.finish();
    if (!calls)
        return fail({failure_kind::malformed, "the model called a tool without a name"}, out);
    if (is_over_)
        return;
    ports::model_answer answer;
    answer.how = how_it_finished(*calls);
    answer.calls = *std::move(calls);
    answer.usage = std::move(usage_);
    is_over_ = true;
    out.emplace_back(std::move(answer));
}

// What came counts, not what the server calls it: `stop` beside calls, `tool_calls` without any.
ports::model_finish completion::how_it_finished(const std::vector<ports::model_call>& calls) const {
    using ports::model_finish;
    const bool is_whole = std::ranges::none_of(calls, &ports::model_call::is_malformed);
    const bool was_cut = is_length(finish_reason_) || (finish_reason_.empty() && !is_whole);
    if (!calls.empty() && (is_whole || !was_cut))
        return model_finish::calls;
    if (was_cut)
        return model_finish::length;
    return is_filter(finish_reason_) ? model_finish::filtered : model_finish::stopped;
}

}  // namespace clarion::model
