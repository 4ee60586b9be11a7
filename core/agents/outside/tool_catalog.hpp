#pragma once

#include "core/agents/outside/approval_rules.hpp"
#include "core/agents/outside/outside_tool.hpp"
#include "core/agents/outside/tool_pins.hpp"
#include "core/failure/logger.hpp"
#include "core/ports/tool_source.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::agents::outside {

/// Descriptions of one source's tools since the start, those of before included: calls under way
/// still have them. Past it the source's new list is not taken in, and the log says so.
inline constexpr std::size_t descriptions_max = 8192;

/// The tools of all sources as they are now. Thread-safe; outlives every call.
class tool_catalog {
public:
    /// `pins_path` as for tool_pins.
    tool_catalog(const std::string& pins_path, failure::logger log);
    tool_catalog(const tool_catalog&) = delete;
    tool_catalog& operator=(const tool_catalog&) = delete;

    /// Before the shards run; the source outlives the catalog.
    void add(ports::tool_source& source, approval_rules rules);

    /// The source is there, and these are all its tools.
    void list(const std::string& source, const std::vector<ports::source_tool>& tools);
    /// The source is gone; its tools stay, and say so when they are called.
    void lose(const std::string& source, const std::string& why);

    /// nullptr when there is no tool of that name now.
    const tool* find(std::string_view name) const;
    /// Whether a name is a source's, or could be that of one of its tools.
    bool knows(std::string_view name) const;
    /// The tools of a source in its order; nothing when there is no such source.
    std::optional<std::vector<std::string>> tools_of(std::string_view source) const;
    /// Why the source that a name belongs to is not there, the end of a sentence; nothing when it
    /// is, or when the name is no source's.
    std::optional<std::string> why_lost(std::string_view name) const;

private:
    struct source_entry {
        ports::tool_source& source;
        approval_rules rules;
        std::vector<std::string> listed{};
        std::size_t described = 0;  // since the start
        std::optional<std::string> why_lost{"has not answered yet"};
    };
    using source_map = std::map<std::string, source_entry, std::less<>>;

    const source_entry* entry_of(std::string_view name) const;
    standing standing_of(const std::string& name, const std::string& digest);
    void take_in(source_entry& from, const ports::source_tool& described);
    void trust(const std::string& name, const std::string& digest);
    void save_pins();

    failure::logger log_;
    mutable std::mutex mutex_;
    source_map sources_;
    tool_pins pins_;
    std::map<std::string, const outside_tool*, std::less<>> current_;
    std::vector<std::unique_ptr<const outside_tool>> all_;
};

}  // namespace clarion::agents::outside
