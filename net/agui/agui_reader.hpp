#pragma once

#include "core/ports/remote_agent.hpp"
#include "net/model/surrogates.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::agui {

/// Reads the events of one AG-UI run (npm `@ag-ui/core` 0.0.x, `EventType`). A plain state machine:
/// the `…_CHUNK` events, which name their message or call only once, become begin, piece and end.
class agui_reader {
public:
    /// What one event, the data of one server-sent event, comes to: any number of events here.
    /// What is no JSON object is a failure. After `remote_finished` or a failure nothing counts.
    [[nodiscard]] std::vector<ports::remote_event> take(std::string_view data);

    /// The run has come to its end.
    bool is_over() const { return is_over_; }

private:
    struct field_reader;
    using events = std::vector<ports::remote_event>;
    struct whole_text {
        std::string id{};
        std::string text{};
    };

    bool take_text(std::string_view type, const field_reader& from, events& out);
    bool take_reasoning(std::string_view type, const field_reader& from, events& out);
    bool take_call(std::string_view type, const field_reader& from, events& out);
    bool take_run(std::string_view type, const field_reader& from, events& out);
    void take_extra(std::string_view type, const field_reader& from, events& out);
    bool holds_too_much() const;
    void say(const std::string& id, std::string piece, events& out);
    void note_answer(const field_reader& from);
    void say_unstreamed(events& out);
    void end_chunks(events& out);
    void end_text(const std::string& id, events& out);
    void end_call(const std::string& id, events& out);

    std::map<std::string, model::half_joiner> texts_;  // open, by the far side's id
    std::map<std::string, model::half_joiner> calls_;
    model::half_joiner reasoning_;
    std::optional<std::string> text_in_chunks_;
    std::optional<std::string> call_in_chunks_;
    whole_text said_;        // the last that was streamed
    whole_text unstreamed_;  // what the last snapshot ends with
    bool is_over_ = false;
};

}  // namespace clarion::agui
