#include "app/config/restore_command.hpp"

#include "app/config/complaint.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace clarion::app {

namespace {

constexpr std::string_view usage =
    "Usage: clarion restore --from FILE --data DIR\n"
    "\n"
    "Makes a data directory out of a backup (POST /debug/backup of the admin listener). Every\n"
    "thread gets a new epoch: clients that come back with an old cursor hear epoch_changed and\n"
    "read the thread anew. Runs that were open in the backup are closed at the next start.\n"
    "  --from FILE\n      the backup\n"
    "  --data DIR\n      the directory: a new or an empty one, that no server uses\n";

/// The flags as they were given; empty: not at all.
struct given_flags {
    std::string from;
    std::string data;

    std::string* named(std::string_view flag) {
        if (flag == "--from")
            return &from;
        return flag == "--data" ? &data : nullptr;
    }
};

std::optional<std::string> take_in(const std::vector<std::string>& words, given_flags& into) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string_view word = words[at];
        const std::size_t equals = word.find('=');
        const std::string flag(word.substr(0, equals));
        std::string* const place = into.named(flag);
        if (place == nullptr)
            return quoted(word) + " is not a flag of clarion restore (clarion restore --help)";
        if (!place->empty())
            return flag + " is given more than once";
        if (equals != std::string_view::npos)
            *place = word.substr(equals + 1);
        else if (at + 1 < words.size() && !words[at + 1].starts_with("--"))
            *place = words[++at];
        if (place->empty())
            return flag + " needs a value";
    }
    if (into.from.empty())
        return "clarion restore needs --from";
    if (into.data.empty())
        return "clarion restore needs --data";
    if (into.data == ":memory:")
        return "--data: :memory: is gone when the command ends; name a directory";
    return std::nullopt;
}

}  // namespace

any_command parse_restore_command(const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (word == "--help" || word == "-h")
            return command::help{std::string(usage)};
    given_flags given;
    if (auto fault = take_in(words, given))
        return command::usage_error{*std::move(fault)};
    return command::restore{std::move(given.from), std::move(given.data)};
}

}  // namespace clarion::app
