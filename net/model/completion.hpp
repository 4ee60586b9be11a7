#pragma once

#include "core/ports/model.hpp"
#include "net/http/event_stream.hpp"
#include "net/model/call_slots.hpp"
#include "net/model/chat_chunk.hpp"
#include "net/model/chat_failure.hpp"
#include "net/model/surrogates.hpp"
#include "net/model/thought_split.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::model {

struct completion_limits {
    std::size_t text_bytes_max = std::size_t{4} << 20U;     ///< what is said and thought
    std::size_t output_bytes_max = std::size_t{16} << 20U;  ///< all of the stream's data
    call_limits calls{};
};

/// What a stream's event came to: pieces of the answer, then one end of it.
using completion_event =
    std::variant<ports::model_text, ports::model_reasoning, ports::model_answer, chat_failure>;
using completion_events = std::vector<completion_event>;

/// Puts one answer together, out of the events of a streamed chat completion or out of a whole
/// one, without I/O. Takes what OpenAI-compatible servers are known to send (tests/unit/net/model/
/// streams); what it does not understand is a failure, never silence. The order of texts and the
/// end do not depend on how the stream was cut. After the end everything is ignored.
class completion {
public:
    explicit completion(completion_limits limits = {}) : limits_(limits), calls_(limits.calls) {}

    /// The next event; what it came to goes behind `out`.
    void take(const http::stream_event& event, completion_events& out);
    /// The body of an answer that is not a stream.
    void take_whole(std::string_view body, completion_events& out);
    /// Nothing more will come: the answer, if the model had finished, else a failure. `last` is the
    /// event that the end left without its blank line; a part of one is not looked at.
    void end(const std::optional<http::stream_event>& last, completion_events& out);

    bool is_over() const { return is_over_; }
    /// The model has finished: only a count of tokens and the end of the stream may come.
    bool is_finished() const { return !finish_reason_.empty(); }
    /// Chunks that told something. What tells nothing is no sign of a model at work.
    std::size_t chunks() const { return chunks_; }

private:
    void take_data(std::string_view data, completion_events& out);
    void take_chunk(chat_chunk chunk, completion_events& out);
    void take_text(split_text parts, completion_events& out);
    void say(std::string text, completion_events& out);
    void think(std::string text, completion_events& out);
    void fail(chat_failure failure, completion_events& out);
    void finish(completion_events& out);
    ports::model_finish how_it_finished(const std::vector<ports::model_call>& calls) const;

    completion_limits limits_;
    call_slots calls_;
    thought_split thoughts_;
    half_joiner text_halves_;
    half_joiner reasoning_halves_;
    std::string finish_reason_;
    std::optional<protocol::token_usage> usage_;
    std::size_t text_bytes_ = 0;
    std::size_t data_bytes_ = 0;
    std::size_t chunks_ = 0;
    bool has_content_ = false;
    bool has_reasoning_field_ = false;
    bool is_over_ = false;
};

}  // namespace clarion::model
