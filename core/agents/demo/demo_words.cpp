#include "core/agents/demo/demo_words.hpp"

#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/excerpt.hpp"
#include "core/agents/tools/tool_results.hpp"
#include "core/protocol/json_reader.hpp"
#include "core/protocol/json_writer.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <optional>
#include <variant>

namespace clarion::agents::demo {

namespace {

constexpr std::size_t quoted_bytes_max = 160;
constexpr std::size_t expression_shown_bytes_max = 1000;

std::string quoted(std::string_view text) {
    return "\"" + excerpt(text, quoted_bytes_max) + "\"";
}

std::string counted(std::int64_t number, std::string_view noun) {
    std::string text = std::to_string(number) + " " + std::string(noun);
    return number == 1 ? text : text + "s";
}

std::string counted(std::size_t number, std::string_view noun) {
    return counted(static_cast<std::int64_t>(number), noun);
}

/// The plan, from what the message was understood as.
struct plan_of {
    std::string operator()(const calculate& asked) const {
        return "holds the arithmetic " + quoted(asked.expression) +
               "; I compute it with calculator, which is exact about precedence, and say the "
               "result.";
    }
    std::string operator()(const tell_time&) const {
        return "asks for the time or the date, which I cannot know by myself; I ask clock.";
    }
    std::string operator()(const search& asked) const {
        return "asks for earlier messages with " + quoted(asked.query) +
               "; I look through this conversation with search_thread.";
    }
    std::string operator()(const measure_text&) const {
        return "is no command, no arithmetic, no search and no question about the time; I count "
               "what is in it with text_stats and tell what I found.";
    }
    std::string operator()(const tell_story& asked) const {
        return "asks for a story of " + counted(asked.words_count, "word") +
               "; that needs no tool, I stream the words one by one.";
    }
    std::string operator()(const call_tools& asked) const {
        return "asks for " + counted(asked.calls_count, "call") +
               " of text_stats; they do not depend on each other, so I make them in parallel.";
    }
    std::string operator()(const fail&) const {
        return "wants to see a tool fail; I call failing_tool, which does, and give up then.";
    }
    std::string operator()(const throw_exception&) const {
        return "wants to see an agent break; I throw an exception now, without calling a tool.";
    }
    std::string operator()(const hang&) const {
        return "wants to see a tool hang; I call sleeping_tool, which sleeps longer than its "
               "time-out of 2 s allows.";
    }
    std::string operator()(const ask_approval& asked) const {
        return "wants guarded_tool to say " + quoted(asked.text) +
               "; that tool needs a person's approval, so I ask for it and tell what came of it.";
    }
    std::string operator()(const report& asked) const {
        return "asks for a report on " + quoted(asked.text) +
               "; I count what is in it with text_stats, look for earlier messages with it with "
               "search_thread, and sum up.";
    }
    std::string operator()(const hand_off&) const {
        return "asks for somebody else; no tool of mine helps with that, so I hand the run over "
               "to " +
               std::string(helper_name) + ".";
    }
    std::string operator()(const think& asked) const {
        return "asks for " + counted(asked.steps_count, "thinking step") + "; no tool is needed.";
    }
    std::string operator()(const help& asked) const {
        if (asked.problem.empty())
            return "asks what I can do; I list it, which needs no tool.";
        return "is a command that I cannot follow; no tool fits, so I say what I can do.";
    }
};

std::string listed(const tools::text_counts& counts) {
    return counted(counts.words, "word") + ", " + counted(counts.characters, "character") + ", " +
           counted(counts.bytes, "byte") + ", " + counted(counts.lines, "line") + " and " +
           counted(counts.sentences, "sentence");
}

std::string mentions(const tools::search_hits& found) {
    return counted(found.hits.size(), "earlier message") + " with it";
}

/// A tool's result as the struct it was made from; nothing when the call did not end well.
template <class Result>
std::optional<Result> result_of(const tool_ending& ending) {
    if (!ending.result)
        return std::nullopt;
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(ending.result->text, error);
    Result result;
    if (error || protocol::object_reader::read(parsed, result, protocol::rules::any, {}))
        return std::nullopt;
    return result;
}

std::string trouble_with(std::string_view tool_name, const tool_ending& ending) {
    return "I could not finish: " + std::string(tool_name) + " answered " +
           std::string(protocol::name_of(ending.outcome)) + " (" +
           ending.error.value_or("a result that I cannot read") + ").";
}

}  // namespace

std::string reasoning(std::string_view message, const command& understood) {
    return "The message " + quoted(message) + " " + std::visit(plan_of(), understood);
}

std::string reasoning_step(std::string_view message, const think& asked, std::size_t number) {
    const std::string where = "Step " + std::to_string(number) + " of " +
                              std::to_string(asked.steps_count) + " on " + quoted(message) + ": ";
    if (number == 1)
        return where + "it " + plan_of()(asked);
    const std::size_t left = asked.steps_count - number;
    if (left == 0)
        return where + "nothing is left to consider; I answer now.";
    return where + counted(number - 1, "step") + " done, " + counted(left, "step") +
           " to go after this one, and the message still needs no tool.";
}

std::string calculation_answer(const calculate& asked, const tool_ending& calculator) {
    if (const auto done = result_of<tools::calculation>(calculator))
        return excerpt(done->expression, expression_shown_bytes_max) + " = " + done->text;
    if (calculator.outcome == protocol::tool_outcome::error && calculator.error)
        return "I cannot compute " + quoted(asked.expression) + ": " + *calculator.error + ".";
    return trouble_with("calculator", calculator);
}

std::string time_answer(const tool_ending& clock) {
    const auto now = result_of<tools::clock_reading>(clock);
    if (!now)
        return trouble_with("clock", clock);
    return "It is " + now->time + " UTC on " + now->weekday + ", " + now->date + ".";
}

std::string search_answer(const search& asked, const tool_ending& search_thread) {
    const auto found = result_of<tools::search_hits>(search_thread);
    if (!found)
        return trouble_with("search_thread", search_thread);
    if (found->hits.empty())
        return "I found no earlier message with " + quoted(asked.query) + " in this conversation.";
    std::string text = "I found " + counted(found->hits.size(), "earlier message") + " with " +
                       quoted(asked.query) + ":";
    for (const tools::search_hit& hit : found->hits)
        text += "\n- " + std::string(hit.author == "user" ? "you" : "me") + ": " + hit.excerpt;
    return text;
}

std::string text_answer(const tool_ending& text_stats) {
    const auto counts = result_of<tools::text_counts>(text_stats);
    if (!counts)
        return trouble_with("text_stats", text_stats);
    return "Your message has " + listed(*counts) + ". Say /help to see what else I do.";
}

std::string parallel_answer(const std::vector<tool_answer>& text_stats) {
    const auto is_ok = [](const tool_answer& answer) {
        return answer.ending.outcome == protocol::tool_outcome::ok;
    };
    const auto ok = std::ranges::count_if(text_stats, is_ok);
    return "I made " + counted(text_stats.size(), "call") + " of text_stats in parallel; " +
           std::to_string(ok) + " of them ended well.";
}

std::string hang_answer(const tool_ending& sleeping_tool) {
    if (sleeping_tool.outcome != protocol::tool_outcome::timeout)
        return trouble_with("sleeping_tool", sleeping_tool);
    return "The tool ran into its time-out: " + sleeping_tool.error.value_or("") +
           ". I was not held up by it.";
}

std::string approval_answer(const ask_approval& asked, const tool_ending& guarded_tool) {
    if (const auto spoken = result_of<spoken_text>(guarded_tool))
        return "It was allowed, and guarded_tool said: " + spoken->said;
    return "guarded_tool has not said " + quoted(asked.text) + ": " +
           guarded_tool.error.value_or("it answered what I cannot read") + ".";
}

std::string counting_progress(const tool_ending& text_stats) {
    const auto counts = result_of<tools::text_counts>(text_stats);
    return counts ? "Counted the text: " + listed(*counts) + "."
                  : trouble_with("text_stats", text_stats);
}

std::string searching_progress(const tool_ending& search_thread) {
    const auto found = result_of<tools::search_hits>(search_thread);
    return found ? "Looked through the conversation: " + mentions(*found) + "."
                 : trouble_with("search_thread", search_thread);
}

std::string report_answer(const report& asked, const findings& found) {
    return "The report on " + quoted(asked.text) + " is done. " +
           counting_progress(found.text_stats) + " " + searching_progress(found.search_thread);
}

protocol::final_report report_summary(const report& asked, const findings& found) {
    const auto counts = result_of<tools::text_counts>(found.text_stats);
    const auto hits = result_of<tools::search_hits>(found.search_thread);
    protocol::final_report summary;
    summary.text = "Report on " + quoted(asked.text) + ": " +
                   (counts ? listed(*counts) : "not counted") + "; " +
                   (hits ? mentions(*hits) : "not searched") + ".";
    std::string& data = summary.data.emplace().text;
    protocol::object_writer writer(data);
    writer("counts", counts);
    writer("search", hits);
    writer.end();
    return summary;
}

std::string handoff_reason(std::string_view message) {
    return "the message " + quoted(message) + " asks for it";
}

std::string helper_reasoning(std::string_view message) {
    return "I am " + std::string(helper_name) + " and was given the message " + quoted(message) +
           "; it asks for nothing but my answer, which needs no tool.";
}

std::string helper_answer(std::string_view message) {
    return "This is " + std::string(helper_name) + ". demo has handed your message " +
           quoted(message) + " over to me; from there on all that you see is mine.";
}

std::string help_answer(const help& asked) {
    return asked.problem.empty() ? help_text() : asked.problem + "\n" + help_text();
}

}  // namespace clarion::agents::demo
