#include "tools/clarion-trace/command_line.hpp"

#include <map>
#include <sstream>

#include <CLI/CLI.hpp>

namespace clarion::trace_tool {

namespace {

constexpr int usage_status = 2;
constexpr std::uint64_t ns_per_ms = 1'000'000;

struct given {
    command wanted;
    unsigned seconds = 0;
    std::uint64_t long_turn_ms = 5;
    std::uint64_t overdue_ms = 30'000;
    std::string policy;
};

void add_live_verbs(CLI::App& app, given& into) {
    const auto live = [&app, &into](const char* name, const char* help, verb what) {
        CLI::App* const made = app.add_subcommand(name, help);
        made->add_option("--admin", into.wanted.admin, "the server's admin listener, HOST:PORT")
            ->capture_default_str();
        made->callback([&into, what] { into.wanted.what = what; });
        return made;
    };
    live("ps", "where coroutines stand, most numerous first", verb::ps);
    live("tree", "who waits for whom, for what, where and since when", verb::tree)
        ->add_option("--tag", into.wanted.tag, "only this connection or run, by its id");
    CLI::App* const record = live("record", "record for some seconds into a file", verb::record);
    record->add_option("SECONDS", into.seconds)->required()->check(CLI::Range(1, 600));
    record->add_option("FILE", into.wanted.file)->required();
    CLI::App* const dump = live("dump", "write what was recorded lately to a file", verb::dump);
    dump->add_option("FILE", into.wanted.file)->required();
    dump->add_option("--seconds", into.seconds, "only the last so many")->check(CLI::Range(1, 600));
    live("level", "change how much is noted", verb::level)
        ->add_option("LEVEL", into.wanted.level)
        ->required()
        ->check(CLI::IsMember({"off", "live", "events"}));
}

void add_file_verbs(CLI::App& app, given& into) {
    const auto of_file = [&app, &into](const char* name, const char* help, verb what) {
        CLI::App* const made = app.add_subcommand(name, help);
        made->add_option("FILE", into.wanted.file, "a recording")->required();
        made->callback([&into, what] { into.wanted.what = what; });
        return made;
    };
    CLI::App* const convert = of_file("convert", "make it readable", verb::convert);
    const std::map<std::string, form> forms{{"chrome", form::chrome}, {"text", form::text}};
    convert->add_option("--to", into.wanted.to, "chrome (for ui.perfetto.dev) or text")
        ->required()
        ->transform(CLI::CheckedTransformer(forms));
    convert->add_option("--out", into.wanted.out, "the file to write; stdout without");
    CLI::App* const lint = of_file("lint", "what it proves to be wrong", verb::lint);
    lint->add_option("--long-turn-ms", into.long_turn_ms, "a turn longer than this is a finding")
        ->capture_default_str();
    lint->add_option("--overdue-ms", into.overdue_ms, "so long may take what should end")
        ->capture_default_str();
}

void add_scenario_verbs(CLI::App& app, given& into) {
    const auto verb_of = [&app, &into](const char* name, const char* help, verb what) {
        CLI::App* const made = app.add_subcommand(name, help);
        made->callback([&into, what] { into.wanted.what = what; });
        return made;
    };
    verb_of("scenarios", "what can be explored and replayed", verb::scenarios);
    CLI::App* const explore =
        verb_of("explore", "run a scenario under many schedules", verb::explore);
    explore->add_option("SCENARIO", into.wanted.scenario, "its name, or all")->required();
    explore->add_option("--runs", into.wanted.runs, "schedules, each run twice")
        ->capture_default_str();
    explore->add_option("--first-seed", into.wanted.seed)->capture_default_str();
    explore->add_option("--policy", into.policy, "seeds of this policy only; both without")
        ->check(CLI::IsMember({"random", "pct"}));
    CLI::App* const replay = verb_of("replay", "run a scenario with one seed again", verb::replay);
    replay->add_option("SCENARIO", into.wanted.scenario)->required();
    replay->add_option("SEED", into.wanted.seed, "0 is FIFO; odd random, even PCT")->required();
    replay->add_option("--out", into.wanted.out, "the file for the report; stdout without");
}

}  // namespace

std::variant<command, told> parse(int count, const char* const* arguments) {
    CLI::App app("Looks at the coroutines of a Clarion server, and at recordings of them.");
    app.name("clarion-trace");
    app.require_subcommand(1);
    given into;
    add_live_verbs(app, into);
    add_file_verbs(app, into);
    add_scenario_verbs(app, into);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        const bool asked_for_help = app.exit(error, text, text) == 0;
        return told{text.str(), asked_for_help ? 0 : usage_status};
    }
    if (into.seconds > 0)
        into.wanted.seconds = into.seconds;
    if (!into.policy.empty())
        into.wanted.policy = into.policy == "pct" ? sim::policy::pct : sim::policy::random;
    into.wanted.lints.long_turn_ns = into.long_turn_ms * ns_per_ms;
    into.wanted.lints.overdue_ns = into.overdue_ms * ns_per_ms;
    return into.wanted;
}

}  // namespace clarion::trace_tool
