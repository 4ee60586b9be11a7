#include "core/agents/outside/tool_catalog.hpp"

#include "core/async/assert.hpp"

#include <algorithm>
#include <utility>

namespace clarion::agents::outside {

tool_catalog::tool_catalog(const std::string& pins_path, failure::logger log)
    : log_(std::move(log)), pins_(pins_path) {
    if (pins_.trouble())
        log_.error(*pins_.trouble());
}

void tool_catalog::add(ports::tool_source& source, approval_rules rules) {
    const std::string& name = source.name();
    CLARION_ASSERT(!name.empty() && name.find('.') == std::string::npos);
    const bool is_new = sources_.emplace(name, source_entry{source, std::move(rules)}).second;
    CLARION_ASSERT(is_new);
}

void tool_catalog::list(const std::string& source, const std::vector<ports::source_tool>& tools) {
    const std::lock_guard lock(mutex_);
    source_entry& from = sources_.at(source);
    from.why_lost.reset();
    if (from.described + tools.size() > descriptions_max) {
        log_.error(
            "MCP server " + source +
            " describes its tools anew too often: the last descriptions "
            "taken in stay, until the server is started again"
        );
        return;
    }
    for (const std::string& name : std::exchange(from.listed, {}))
        if (std::ranges::none_of(tools, [&](const ports::source_tool& one) {
                return full_name(source, one.name) == name;
            }))
            current_.erase(name);
    for (const ports::source_tool& one : tools) {
        take_in(from, one);
        from.listed.push_back(full_name(source, one.name));
    }
    save_pins();
}

void tool_catalog::take_in(source_entry& from, const ports::source_tool& described) {
    const std::string name = full_name(from.source.name(), described.name);
    const std::string digest = digest_of(described);
    const standing trust = standing_of(name, digest);
    const outside_tool*& place = current_[name];
    if (place != nullptr && place->digest() == digest && place->trust() == trust)
        return;
    if (trust == standing::changed)
        log_.warning(
            "tool " + name +
            " says something else of itself than when it was trusted: its next "
            "call needs approval"
        );
    tool_origin origin{
        from.source,
        from.rules,
        [this](const std::string& tool, const std::string& allowed) { this->trust(tool, allowed); },
    };
    all_.push_back(std::make_unique<outside_tool>(std::move(origin), described, trust));
    place = all_.back().get();
    ++from.described;
}

standing tool_catalog::standing_of(const std::string& name, const std::string& digest) {
    const auto pinned = pins_.find(name);
    if (!pinned)
        pins_.set(name, digest);
    return pinned && *pinned != digest ? standing::changed : standing::trusted;
}

void tool_catalog::trust(const std::string& name, const std::string& digest) {
    const std::lock_guard lock(mutex_);
    const auto found = current_.find(name);
    // It has changed once more since the person looked at it, or was trusted before.
    if (found == current_.end() || found->second->digest() != digest ||
        found->second->trust() == standing::trusted)
        return;
    pins_.set(name, digest);
    save_pins();
    all_.push_back(found->second->trusted());
    found->second = all_.back().get();
    ++sources_.at(name.substr(0, name.find('.'))).described;
    log_.info("tool " + name + " is trusted again, as it describes itself now");
}

void tool_catalog::save_pins() {
    if (const auto failed = pins_.save())
        log_.error(*failed);
}

void tool_catalog::lose(const std::string& source, const std::string& why) {
    const std::lock_guard lock(mutex_);
    sources_.at(source).why_lost = why;
}

const tool* tool_catalog::find(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = current_.find(name);
    return found == current_.end() ? nullptr : found->second;
}

const tool_catalog::source_entry* tool_catalog::entry_of(std::string_view name) const {
    const auto found = sources_.find(name.substr(0, name.find('.')));
    return found == sources_.end() ? nullptr : &found->second;
}

bool tool_catalog::knows(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return entry_of(name) != nullptr;
}

std::optional<std::vector<std::string>> tool_catalog::tools_of(std::string_view source) const {
    const std::lock_guard lock(mutex_);
    const auto found = sources_.find(source);
    if (found == sources_.end())
        return std::nullopt;
    return found->second.listed;
}

std::optional<std::string> tool_catalog::why_lost(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const source_entry* const found = entry_of(name);
    return found == nullptr ? std::nullopt : found->why_lost;
}

}  // namespace clarion::agents::outside
