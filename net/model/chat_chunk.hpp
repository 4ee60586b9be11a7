#pragma once

#include "core/protocol/run_facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::model {

/// A part of a tool call. What is absent is empty.
struct call_piece {
    std::optional<std::int64_t> index;
    std::string id;
    std::string name;
    std::string arguments;
    /// The arguments came as a JSON object, whole, and not as text in pieces.
    bool is_object = false;
};

/// An error that a server reports with a good status.
struct reported_error {
    std::string message;
    /// Its `code` or `type`, whichever is a word, such as `rate_limit_exceeded`.
    std::string word;
    /// Its `code` or `status`, when it is a number like an HTTP status; else 0.
    unsigned status = 0;
};

/// One chunk of a streamed chat completion, or a whole one, as far as anybody needs it.
struct chat_chunk {
    std::string text;
    std::string reasoning;
    std::vector<call_piece> calls;
    std::string finish_reason;
    std::optional<protocol::token_usage> usage;
    std::optional<reported_error> error;

    /// True when it tells nothing: a keep-alive that looks like a chunk.
    bool is_empty() const {
        return text.empty() && reasoning.empty() && calls.empty() && finish_reason.empty() &&
               !usage && !error;
    }
};

/// No JSON object.
struct no_chunk {};

/// Reads what OpenAI-compatible servers send as one chunk (`choices[0].delta`) or as a whole answer
/// (`choices[0].message`). Members of other types than expected count as absent. Text, reasoning
/// and arguments may begin or end with half a character (surrogates.hpp); all else is UTF-8.
[[nodiscard]] std::variant<chat_chunk, no_chunk> read_chunk(std::string_view json);

/// The same for the body of a refusal: its error, or nothing when there is none to be found.
[[nodiscard]] std::optional<reported_error> read_error(std::string_view json);

}  // namespace clarion::model
