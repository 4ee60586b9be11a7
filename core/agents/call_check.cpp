#include "core/agents/call_check.hpp"

#include "core/protocol/utf8.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace clarion::agents {

namespace {

constexpr std::string_view json_blanks = " \t\r\n";
constexpr std::string_view unreadable_name = "(unreadable name)";

bool can_stand_in_an_event(const std::string& name) {
    return name.size() >= protocol::rules::name.bytes_min &&
           name.size() <= protocol::rules::name.bytes_max && protocol::is_utf8(name);
}

std::string without_blanks_around(std::string text) {
    const std::size_t end = text.find_last_not_of(json_blanks);
    text.erase(end == std::string::npos ? 0 : end + 1);
    text.erase(0, text.find_first_not_of(json_blanks));
    return text;
}

struct read_object {
    boost::json::object object;
    std::optional<std::string> problem;
};

read_object parse_object(const std::string& text) {
    if (text.size() > tool_arguments_bytes_max)
        return {{}, "the arguments are too large (" + std::to_string(text.size()) + " bytes)"};
    boost::system::error_code error;
    boost::json::value parsed = boost::json::parse(text, error);
    if (error || !parsed.is_object())
        return {{}, "arguments are not a JSON object"};
    return {std::move(parsed.get_object()), std::nullopt};
}

}  // namespace

checked_call check_form(tool_call call) {
    checked_call checked;
    std::string text = without_blanks_around(std::move(call.arguments.text));
    if (text.empty())
        text = "{}";
    read_object read = parse_object(text);
    checked.arguments.text = read.problem ? "{}" : std::move(text);
    checked.has_bad_arguments = read.problem.has_value();
    checked.parsed = std::move(read.object);
    checked.problem = std::move(read.problem);

    const bool readable = can_stand_in_an_event(call.tool_name);
    checked.tool_name = readable ? std::move(call.tool_name) : std::string(unreadable_name);
    return checked;
}

checked_call
check_call(tool_call call, const tool_registry& tools, const std::vector<std::string>& allowed) {
    checked_call checked = check_form(std::move(call));
    const bool is_allowed = std::ranges::find(allowed, checked.tool_name) != allowed.end();
    const tool* found = is_allowed ? tools.find(checked.tool_name) : nullptr;
    if (found == nullptr)
        checked.problem = "there is no tool named " + checked.tool_name;
    if (found != nullptr && found->needs_approval(checked.parsed)) {
        checked.needs_approval = true;
        const auto wrong = checked.problem ? std::nullopt : found->check_arguments(checked.parsed);
        if (wrong) {
            checked.problem = "argument " + wrong->pointer + " " + wrong->reason;
            checked.has_bad_arguments = true;
        }
    }
    if (!checked.problem)
        checked.called = found;
    return checked;
}

void replace_arguments(checked_call& call, protocol::json_text edited) {
    call.parsed = boost::json::parse(edited.text).as_object();
    call.arguments = std::move(edited);
}

}  // namespace clarion::agents
