#include "core/agents/outside/approval_rules.hpp"

#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdint>

namespace clarion::agents::outside {

namespace {

// A longer one is not searched, which could take long and deep.
constexpr std::size_t searched_bytes_max = 4096;

enum class match : std::uint8_t { yes, no, unknown };

match match_of(const std::regex& pattern, const boost::json::value* argument) {
    if (argument == nullptr)
        return match::no;
    const std::string text = argument->is_string() ? std::string(argument->get_string())
                                                   : boost::json::serialize(*argument);
    if (text.size() > searched_bytes_max)
        return match::unknown;
    try {
        return std::regex_search(text, pattern) ? match::yes : match::no;
    } catch (const std::regex_error&) {
        return match::unknown;  // it gave up, for want of time or room
    }
}

bool asks(approval_policy policy, bool read_only) {
    return policy == approval_policy::always ||
           (policy == approval_policy::unless_read_only && !read_only);
}

}  // namespace

bool approval_rules::needs_approval(
    std::string_view tool,
    bool read_only,
    const boost::json::object& arguments
) const {
    const auto found = tools.find(tool);
    if (found == tools.end())
        return asks(otherwise, read_only);
    const tool_rule& rule = found->second;
    bool applies = true;
    for (const auto& [name, pattern] : rule.when) {
        const match how = match_of(pattern, arguments.if_contains(name));
        // Whatever cannot be told, a person looks at.
        if (how == match::unknown)
            return true;
        applies = applies && how == match::yes;
    }
    return asks(applies ? rule.approve : otherwise, read_only);
}

}  // namespace clarion::agents::outside
