// Properties of what is read back from the log under any bytes: nothing crashes; a payload that was
// read obeys its table, and is written, read again and written again as the same text; after any
// events that the grammar allows, what closes the run and its terminal are legal too, whichever way
// the run ends, and nothing may follow.
//
// Layout of an input: lines. The first byte of a line chooses the event type, the rest is the JSON
// of its payload.

#include "core/engine/closing.hpp"
#include "core/engine/run_census.hpp"
#include "core/protocol/payload_text.hpp"
#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace {

using namespace clarion::engine;
using namespace clarion::protocol;

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

struct folded_run {
    run_grammar grammar;
    clarion::engine::run_census census;
    std::int64_t seq = 0;
};

void take(folded_run& state, const payload& next) {
    const auto* const delta = std::get_if<text_delta>(&next);
    state.census.count(type_of(next), ++state.seq, delta == nullptr ? "" : delta->delta);
    state.grammar.apply(next);
}

void check_round_trip(event_type type, const payload& read) {
    require(!check_payload(read));
    const std::string once = payload_to_json(read);
    require(is_utf8(once));
    const auto again = payload_from_json(type, once);
    const auto* const same = std::get_if<payload>(&again);
    require(same != nullptr && payload_to_json(*same) == once);
}

// What the server itself adds must pass both gates.
void add(run_grammar& grammar, const payload& made) {
    check_round_trip(type_of(made), made);
    require(!grammar.check(made));
    grammar.apply(made);
}

void check_ending(const folded_run& state, const ending& how) {
    // A run that never began can only fail or be cancelled.
    const bool began = state.grammar.where() == run_grammar::phase::working;
    if (!began && std::holds_alternative<run_completed>(how))
        return;
    run_grammar grammar = state.grammar;
    for (const payload& closer : closing_events(grammar, how, "m_closer"))
        add(grammar, closer);
    run_measures measured;
    measured.census = state.census.result();
    add(grammar, terminal_event(grammar, how, "agent", measured));
    require(grammar.where() == run_grammar::phase::ended);
    require(grammar.check(agent_thinking{"a", 1, "", std::nullopt}).has_value());
}

// One of the three, by the length of the input, which mutations change all the time.
ending choose_ending(const std::string& text) {
    switch (text.size() % 3) {
        case 0:
            return run_completed{};
        case 1:
            return run_cancelled{cancel_reason::shutdown};
        default:
            return run_failed{agent_error_code::process_lost, text, std::nullopt};
    }
}

void check_line(folded_run& state, std::string_view line) {
    const auto type =
        static_cast<event_type>(static_cast<std::uint8_t>(line.front()) % event_types_count);
    const auto read = payload_from_json(type, line.substr(1));
    const auto* const next = std::get_if<payload>(&read);
    if (next == nullptr) {
        require(!std::get<field_error>(read).reason.empty());
        return;
    }
    require(type_of(*next) == type);
    check_round_trip(type, *next);
    if (const auto refused = state.grammar.check(*next))
        require(!refused->reason.empty());
    else
        take(state, *next);
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    std::string_view rest = text;
    folded_run state;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        if (!line.empty())
            check_line(state, line);
    }
    if (state.grammar.where() != run_grammar::phase::ended)
        check_ending(state, choose_ending(text));
    return 0;
}
