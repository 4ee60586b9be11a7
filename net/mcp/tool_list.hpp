#pragma once

#include "core/ports/tool_source.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace clarion::mcp {

inline constexpr std::size_t tools_max = 512;           ///< of one server; the rest is left out
inline constexpr std::size_t list_pages_max = 64;       ///< of one list
inline constexpr std::size_t schema_bytes_max = 65536;  ///< of one tool's arguments
inline constexpr std::size_t description_bytes_max = 16384;  ///< of one tool; the rest is cut

/// A tool with what its calls over HTTP need in the newest revision.
struct listed_tool {
    ports::source_tool about;
    /// Where arguments stand that go into a header as well (`x-mcp-header`): the path to the
    /// argument, member by member, by the name of the header.
    std::map<std::string, std::vector<std::string>> mirrored;
};

/// What a server says it can do, over all pages, in its own order. Without I/O.
class tool_list {
public:
    /// Takes one page in, the result of `tools/list`; what stands for a tool and is none is left
    /// out, and noted.
    void take_page(const boost::json::object& result);

    /// Where the next page begins; nothing when there is none, or when there are too many.
    const std::optional<std::string>& next_page() const { return next_; }
    const std::vector<listed_tool>& tools() const { return tools_; }
    const listed_tool* find(std::string_view name) const;
    /// What was left out, and why: one line each, for the log.
    const std::vector<std::string>& notes() const { return notes_; }

private:
    void take_tool(const boost::json::object& from);
    void leave_out(const std::string& name, const std::string& why);

    std::vector<listed_tool> tools_;
    std::vector<std::string> notes_;
    std::optional<std::string> next_;
    std::size_t pages_ = 0;
};

}  // namespace clarion::mcp
