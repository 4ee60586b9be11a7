#include "app/config/token_command.hpp"

#include "app/config/complaint.hpp"
#include "core/protocol/ids.hpp"
#include "core/protocol/utf8.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <system_error>
#include <utility>

namespace clarion::app {

namespace {

constexpr std::string_view usage =
    "clarion token --secret-file FILE --user NAME [--ttl 1h] [--issuer NAME] [--audience NAME]\n"
    "\n"
    "Prints one token for a user of a server that runs with --auth jwt and the same secret.\n"
    "  --secret-file FILE\n      the secret that signs it (HS256)\n"
    "  --user NAME\n      whose it is: 1 to 128 of A-Z a-z 0-9 _ . : -\n"
    "  --ttl TIME\n      how long it is good: 90s, 15m, 1h, 7d; 1s to 366d, default: 1h\n"
    "  --issuer NAME\n      its iss, for a server with --jwt-issuer\n"
    "  --audience NAME\n      its aud, for a server with --jwt-audience\n";

using complaint = std::optional<std::string>;

/// The flags as they were given; empty: not at all.
struct given_flags {
    std::map<std::string, std::string, std::less<>> values{
        {"--secret-file", ""},
        {"--user", ""},
        {"--ttl", ""},
        {"--issuer", ""},
        {"--audience", ""},
    };

    const std::string& of(std::string_view flag) const { return values.find(flag)->second; }
};

complaint take_in(const std::vector<std::string>& words, given_flags& into) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string_view word = words[at];
        const std::size_t equals = word.find('=');
        const auto place = into.values.find(word.substr(0, equals));
        if (place == into.values.end())
            return quoted(word) + " is not a flag of clarion token (clarion token --help)";
        const std::string& flag = place->first;
        if (!place->second.empty())
            return flag + " is given more than once";
        if (equals != std::string_view::npos)
            place->second = word.substr(equals + 1);
        else if (at + 1 < words.size() && !words[at + 1].starts_with("--"))
            place->second = words[++at];
        if (place->second.empty())
            return flag + " needs a value";
    }
    return std::nullopt;
}

complaint wrong_value(const given_flags& given) {
    for (const char* needed : {"--secret-file", "--user"})
        if (given.of(needed).empty())
            return "clarion token needs " + std::string(needed);
    if (!protocol::is_valid_id(given.of("--user")))
        return "--user: " + quoted(given.of("--user")) + " is not 1 to 128 of A-Z a-z 0-9 _ . : -";
    if (!given.of("--ttl").empty() && !parse_ttl(given.of("--ttl")))
        return "--ttl: " + quoted(given.of("--ttl")) +
               " is not a time such as 90s, 15m, 1h or 7d, from 1s to 366d";
    for (const char* text : {"--issuer", "--audience"})
        if (!protocol::is_utf8(given.of(text)))
            return std::string(text) + " is not valid UTF-8";
    return std::nullopt;
}

}  // namespace

std::optional<std::chrono::seconds> parse_ttl(std::string_view spelled) {
    using std::chrono::seconds;
    static constexpr std::pair<char, seconds> units[] = {
        {'s', seconds(1)},
        {'m', std::chrono::minutes(1)},
        {'h', std::chrono::hours(1)},
        {'d', std::chrono::hours(24)},
    };
    std::int64_t count = 0;
    const char* const end = spelled.data() + spelled.size();
    const auto read = std::from_chars(spelled.data(), end, count);
    if (read.ec != std::errc() || read.ptr + 1 != end || count < 1)
        return std::nullopt;
    for (const auto& [letter, unit] : units)
        if (letter == *read.ptr && count <= token_ttl_max / unit)
            return count * unit;
    return std::nullopt;
}

any_command parse_token_command(const std::vector<std::string>& words) {
    for (const std::string& word : words)
        if (word == "--help" || word == "-h")
            return command::help{std::string("Usage: ") + std::string(usage)};
    given_flags given;
    if (auto fault = take_in(words, given))
        return command::usage_error{*std::move(fault)};
    if (auto fault = wrong_value(given))
        return command::usage_error{*std::move(fault)};
    return command::make_token{
        given.of("--secret-file"),
        given.of("--user"),
        parse_ttl(given.of("--ttl")).value_or(std::chrono::hours(1)),
        given.of("--issuer"),
        given.of("--audience"),
    };
}

}  // namespace clarion::app
