#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::agents::outside {

/// What each tool said of itself when it was trusted: at first sight, and after that whenever a
/// person has allowed a call of it. By name, as digests. Not thread-safe.
class tool_pins {
public:
    /// Kept in a file (JSON), if it has a name; one that is not there is empty.
    explicit tool_pins(std::string path);

    /// Why there is a file that says nothing, as a sentence. Every tool has changed then, until it
    /// is set; that stands in the file from its next `save` on, so that it outlives a restart.
    const std::optional<std::string>& trouble() const { return trouble_; }

    /// Nothing for a tool that nobody has seen.
    [[nodiscard]] std::optional<std::string> find(std::string_view tool) const;
    void set(const std::string& tool, const std::string& digest);
    /// Puts in the file what is not there yet: the end of a sentence when that fails.
    [[nodiscard]] std::optional<std::string> save();

private:
    void read();

    std::string path_;
    std::map<std::string, std::string, std::less<>> digests_;
    std::optional<std::string> trouble_;
    bool is_changed_ = false;
};

}  // namespace clarion::agents::outside
