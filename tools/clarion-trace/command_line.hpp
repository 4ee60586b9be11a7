#pragma once

#include "core/sim/choices.hpp"
#include "core/trace/lint.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace clarion::trace_tool {

enum class verb { ps, tree, record, dump, level, convert, lint, scenarios, explore, replay };
/// Needs no server: what it looks at is played here.
constexpr bool plays_scenarios(verb what) {
    return what >= verb::scenarios;
}
enum class form { chrome, text };

struct command {
    verb what{};
    std::string admin = "127.0.0.1:8081";
    /// Of the tree: one connection or run.
    std::string tag{};
    /// How long to record, or how much of the past to dump; absent: all there is.
    std::optional<unsigned> seconds{};
    std::string level{};
    /// The recording.
    std::string file{};
    /// Where a conversion goes; empty: stdout.
    std::string out{};
    form to = form::chrome;
    trace::lint_settings lints{};
    /// Of scenarios; "all" for every one.
    std::string scenario{};
    /// The one to replay, or the first to explore.
    std::uint64_t seed = 1;
    std::uint64_t runs = 1000;
    /// Seeds of this policy only.
    std::optional<sim::policy> policy{};
};

/// Nothing is to be done: print `text` and leave.
struct told {
    std::string text;
    int exit_status = 0;
};

std::variant<command, told> parse(int count, const char* const* arguments);

}  // namespace clarion::trace_tool
