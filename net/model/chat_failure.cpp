#include "net/model/chat_failure.hpp"

#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace clarion::model {

namespace {

constexpr std::size_t quoted_bytes_max = 300;

// What a server wrote, on one line, cut to what an error can carry.
std::string quoted(std::string_view text) {
    std::string line(text.substr(0, quoted_bytes_max));
    line.resize(protocol::utf8_prefix_bytes(line));
    std::ranges::replace_if(
        line,
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' '
    );
    return line.size() < text.size() ? line + " …" : line;
}

bool has_any(std::string_view text, std::span<const std::string_view> words) {
    return std::ranges::any_of(words, [text](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

// Codes and sentences of OpenAI, vLLM, llama.cpp, OpenRouter and Ollama.
bool is_about_length(const reported_error& error) {
    constexpr std::array<std::string_view, 3> codes = {
        "context_length_exceeded",
        "exceed_context_size",
        "string_above_max_length"
    };
    constexpr std::array<std::string_view, 5> sentences = {
        "maximum context length",
        "context length exceeded",
        "exceeds the available context size",
        "context window",
        "prompt is too long"
    };
    return has_any(error.word, codes) || has_any(error.message, sentences);
}

failure_kind kind_of(unsigned status) {
    if (status == 429 || status == 409 || status == 425)
        return failure_kind::limited;
    return status == 408 || status >= 500 ? failure_kind::refused : failure_kind::rejected;
}

failure_kind kind_of(const reported_error& error) {
    // Paying is what ends it, not waiting.
    if (error.word == "insufficient_quota")
        return failure_kind::rejected;
    if (error.status != 0)
        return kind_of(error.status);
    constexpr std::array<std::string_view, 3> limits = {"rate_limit", "capacity", "try_again"};
    constexpr std::array<std::string_view, 5> troubles =
        {"overloaded", "server_error", "internal", "unavailable", "timeout"};
    if (has_any(error.word, limits))
        return failure_kind::limited;
    return error.word.empty() || has_any(error.word, troubles) ? failure_kind::refused
                                                               : failure_kind::rejected;
}

std::string sentence_of(const reported_error& error) {
    if (!error.message.empty())
        return quoted(error.message);
    return error.word.empty() ? std::string("no reason given") : quoted(error.word);
}

chat_failure classified(const reported_error& error, std::string message) {
    if (is_about_length(error))
        return {failure_kind::prompt_too_long, std::move(message)};
    return {kind_of(error), std::move(message)};
}

}  // namespace

chat_failure failure_of_status(unsigned status, std::string_view body) {
    std::string message = "the model server answered " + std::to_string(status);
    auto error = read_error(body);
    if (error) {
        message += ": " + sentence_of(*error);
    } else {
        error.emplace();
        error->message = body;
        if (!body.empty())
            message += ": " + quoted(body);
    }
    error->status = status;
    return classified(*error, std::move(message));
}

chat_failure failure_of(const reported_error& error) {
    return classified(error, "the model server reported an error: " + sentence_of(error));
}

protocol::agent_error_code error_code_of(failure_kind what) {
    using enum failure_kind;
    using code = protocol::agent_error_code;
    switch (what) {
        case unreachable:
        case refused:
        case limited:
        case resting:
            return code::model_unavailable;
        case first_token_late:
        case went_silent:
        case took_too_long:
            return code::model_timeout;
        case prompt_too_long:
            return code::context_truncated;
        case answer_too_large:
            return code::too_large;
        case cut_off:
        case rejected:
        case malformed:
            break;
    }
    return code::model_error;
}

bool is_worth_a_retry(failure_kind what) {
    using enum failure_kind;
    return what == unreachable || what == cut_off || what == refused || what == limited;
}

bool is_worth_another_model(failure_kind what) {
    return what != failure_kind::answer_too_large;
}

bool counts_against_endpoint(failure_kind what) {
    using enum failure_kind;
    return what == unreachable || what == cut_off || what == refused || what == first_token_late ||
           what == went_silent || what == malformed;
}

}  // namespace clarion::model
