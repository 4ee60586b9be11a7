#include "core/agents/demo/demo_command.hpp"

#include "core/agents/excerpt.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

namespace clarion::agents::demo {

namespace {

constexpr std::string_view blanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

struct range {
    std::size_t least;
    std::size_t most;
};

/// A whole number in decimal digits and nothing else.
std::optional<std::size_t> whole_number(std::string_view digits, range within) {
    std::size_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [read_to, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc() || read_to != end || number < within.least || number > within.most)
        return std::nullopt;
    return number;
}

// Each reads what stands behind a command's name; nothing means malformed.
using read = std::optional<command>;

read read_calculate(std::string_view rest) {
    return rest.empty() ? read() : calculate{std::string(rest)};
}

read read_search(std::string_view rest) {
    return rest.empty() ? read() : search{std::string(rest)};
}

read read_ask_approval(std::string_view rest) {
    return rest.empty() ? read() : ask_approval{std::string(rest)};
}

read read_report(std::string_view rest) {
    return rest.empty() ? read() : report{std::string(rest)};
}

read read_story(std::string_view rest) {
    const std::size_t split = std::min(rest.find_first_of(blanks), rest.size());
    const std::string_view pause = trimmed(rest.substr(split));
    const auto words = whole_number(rest.substr(0, split), {1, story_words_max});
    const auto ms = whole_number(pause.empty() ? "100" : pause, {0, story_pause_ms_max});
    if (!words || !ms)
        return std::nullopt;
    return tell_story{*words, milliseconds(*ms)};
}

read read_tools(std::string_view rest) {
    const auto calls = whole_number(rest, {1, tool_calls_max});
    return calls ? call_tools{*calls} : read();
}

read read_think(std::string_view rest) {
    const auto steps = whole_number(rest, {1, thinking_steps_max});
    return steps ? think{*steps} : read();
}

template <class Command>
read read_alone(std::string_view rest) {
    return rest.empty() ? Command{} : read();
}

read read_help(std::string_view) {
    return help{};
}

struct row {
    std::string_view name;
    std::string_view usage;
    std::string_view effect;
    read (*read_rest)(std::string_view);
};

constexpr std::array table{
    row{"/calc", "/calc EXPR", "computes an arithmetic expression", &read_calculate},
    row{"/time", "/time", "tells the date and the time", &read_alone<tell_time>},
    row{"/search", "/search TEXT", "searches this conversation", &read_search},
    row{"/story",
        "/story N [MS]",
        "streams N words (1 to 40000), one each MS milliseconds (100)",
        &read_story},
    row{"/tools", "/tools N", "calls text_stats N times (1 to 64) in parallel", &read_tools},
    row{"/fail", "/fail", "calls a tool that fails; the run ends in an error", &read_alone<fail>},
    row{"/throw", "/throw", "makes the agent throw an exception", &read_alone<throw_exception>},
    row{"/hang", "/hang", "calls a tool that runs into its time-out of 2 s", &read_alone<hang>},
    row{"/approve", "/approve TEXT", "calls a tool that you have to allow", &read_ask_approval},
    row{"/report", "/report TEXT", "examines a text step by step and sums up", &read_report},
    row{"/handoff", "/handoff", "lets demo-helper answer", &read_alone<hand_off>},
    row{"/think", "/think N", "thinks in N steps (1 to 100)", &read_think},
    row{"/help", "/help", "says this", &read_help},
};

std::string make_help_text() {
    std::string text =
        "I compute arithmetic, tell the time when you ask for it, and search this conversation "
        "when a message begins with \"search\" or \"find\"; of anything else I count the words. "
        "Commands:";
    for (const row& command : table)
        text.append("\n").append(command.usage).append(": ").append(command.effect);
    return text;
}

}  // namespace

command parse_command(std::string_view text) {
    const std::string_view line = trimmed(text);
    const std::size_t split = std::min(line.find_first_of(blanks), line.size());
    const std::string_view name = line.substr(0, split);
    const auto known = std::ranges::find(table, name, &row::name);
    if (known == table.end())
        return help{"There is no command " + excerpt(name, 60) + "."};
    if (auto understood = known->read_rest(trimmed(line.substr(split))))
        return *std::move(understood);
    return help{
        "I do not understand \"" + excerpt(line, 120) + "\": it is " + std::string(known->usage) +
        " and " + std::string(known->effect) + "."
    };
}

const std::string& help_text() {
    static const std::string text = make_help_text();
    return text;
}

}  // namespace clarion::agents::demo
