#include "app/config/replay_command.hpp"

#include "app/config/complaint.hpp"
#include "core/protocol/ids.hpp"
#include "core/replay/pace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace clarion::app {

namespace {

constexpr std::string_view usage =
    "clarion replay --data DIR --user NAME --thread ID [--run ID] [--speed X]\n"
    "               [--listen HOST:PORT] [FLAG...]\n"
    "\n"
    "Plays a stored thread, or one run of it, to the chat page and to clarion-chat, read only. No\n"
    "server may have the directory meanwhile; nothing in it changes.\n"
    "  --user NAME\n      whose thread it is; who names no user watches as this one\n"
    "  --thread ID\n      the thread\n"
    "  --run ID\n      only from this run's first event to its last\n"
    "  --speed X\n      so many times as fast as it was: 0.001 to 1000000, default: 1\n"
    "\n"
    "The flags of clarion serve that say what to read, where to listen and who may come in mean\n"
    "the same here (clarion --help).\n";

// What a server does that a replay does not.
constexpr std::array<std::string_view, 3> idle_flags = {"--admin", "--shards", "--enable-echo"};

/// The command's own flags; what is left is for `serve` to understand.
struct split_words {
    std::map<std::string, std::string, std::less<>> own{
        {"--user", ""},
        {"--thread", ""},
        {"--run", ""},
        {"--speed", ""},
    };
    std::vector<std::string> rest{"serve"};

    const std::string& of(std::string_view flag) const { return own.find(flag)->second; }
};

using complaint = std::optional<std::string>;

complaint split(const std::vector<std::string>& words, split_words& into) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string_view word = words[at];
        const std::size_t equals = word.find('=');
        const std::string_view flag = word.substr(0, equals);
        if (std::ranges::find(idle_flags, flag) != idle_flags.end())
            return std::string(flag) + " has no effect on clarion replay: leave it out";
        const auto place = into.own.find(flag);
        if (place == into.own.end()) {
            into.rest.push_back(words[at]);
            continue;
        }
        if (!place->second.empty())
            return place->first + " is given more than once";
        if (equals != std::string_view::npos)
            place->second = word.substr(equals + 1);
        else if (at + 1 < words.size() && !words[at + 1].starts_with("--"))
            place->second = words[++at];
        if (place->second.empty())
            return place->first + " needs a value";
    }
    return std::nullopt;
}

std::optional<double> parse_speed(const std::string& spelled) {
    double speed = 1;
    const char* const end = spelled.data() + spelled.size();
    const auto read = std::from_chars(spelled.data(), end, speed);
    const bool is_number = read.ec == std::errc() && read.ptr == end;
    if (!is_number || !(speed >= replay::pace::speed_min && speed <= replay::pace::speed_max))
        return std::nullopt;
    return speed;
}

complaint wrong_value(const split_words& given) {
    for (const char* needed : {"--user", "--thread"})
        if (given.of(needed).empty())
            return "clarion replay needs " + std::string(needed);
    for (const char* id : {"--user", "--thread", "--run"})
        if (!given.of(id).empty() && !protocol::is_valid_id(given.of(id)))
            return std::string(id) + ": " + quoted(given.of(id)) +
                   " is not 1 to 128 of A-Z a-z 0-9 _ . : -";
    if (!given.of("--speed").empty() && !parse_speed(given.of("--speed")))
        return "--speed: " + quoted(given.of("--speed")) + " is not a number from 0.001 to 1000000";
    return std::nullopt;
}

}  // namespace

any_command
parse_replay_command(const std::vector<std::string>& words, const environment& variables) {
    for (const std::string& word : words)
        if (word == "--help" || word == "-h")
            return command::help{"Usage: " + std::string(usage)};
    split_words given;
    if (auto fault = split(words, given))
        return command::usage_error{*std::move(fault)};
    any_command served = parse_command_line(given.rest, variables);
    auto* const serve = std::get_if<command::serve>(&served);
    if (serve == nullptr)
        return served;
    if (auto fault = wrong_value(given))
        return command::usage_error{*std::move(fault)};
    settings& with = serve->with;
    if (with.server.data == ":memory:")
        return command::usage_error{"--data: :memory: leaves no log behind to be replayed"};
    with.server.admin.clear();
    with.server.enable_echo = false;
    command::replay asked{.with = std::move(with), .thread = {}, .run_id = {}, .speed = 1};
    asked.thread = {given.of("--user"), given.of("--thread")};
    if (!given.of("--run").empty())
        asked.run_id = given.of("--run");
    asked.speed = parse_speed(given.of("--speed")).value_or(asked.speed);
    return asked;
}

}  // namespace clarion::app
