#include "tools/clarion-chat/command_line.hpp"

#include "core/protocol/ids.hpp"
#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

namespace clarion::chat {

namespace {

struct arguments {
    std::string url = "ws://127.0.0.1:8080/ws";
    std::string user;
    std::string token;
    std::string thread;
    std::string text;
    std::string authorities;
    bool frames = false;
    bool insecure = false;
};

exit_status wrong(const std::string& why) {
    std::cerr << "clarion-chat: " << why << '\n';
    return exit_status::usage;
}

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

std::string indented(std::string_view lines) {
    std::string out;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n') + 1;
        out.append("  ").append(lines.substr(0, end));
        lines.remove_prefix(end);
    }
    return out;
}

std::variant<client_options, exit_status> checked(const arguments& given, const CLI::App& app) {
    auto parsed = parse_url(given.url);
    if (const auto* error = std::get_if<url_error>(&parsed))
        return wrong(error->message);
    client_options options;
    options.url = std::get<websocket_url>(std::move(parsed));
    if (app.count("--user") > 0) {
        if (!protocol::is_valid_id(given.user))
            return wrong("--user is not a user id: 1 to 128 of A-Z a-z 0-9 _ . : -");
        options.url.add_parameter("user", given.user);
    }
    if (app.count("--thread") > 0) {
        if (!protocol::is_valid_id(given.thread))
            return wrong("--thread is not a thread id: 1 to 128 of A-Z a-z 0-9 _ . : -");
        options.thread_id = given.thread;
    }
    if (!given.token.empty()) {
        if (!is_visible(given.token))
            return wrong("--token has a character that no token has");
        options.token = given.token;
    }
    if (app.count("TEXT") > 0) {
        if (given.text.empty() || !protocol::is_utf8(given.text))
            return wrong("TEXT is empty or not UTF-8");
        options.text = given.text;
    }
    if (options.url.how == websocket_url::scheme::ws && (app.count("--ca") > 0 || given.insecure))
        return wrong("--ca and --insecure are for wss://");
    options.authorities = given.authorities;
    if (given.insecure)
        options.check = certificate_check::none;
    options.form = given.frames ? output_form::frames : output_form::words;
    return options;
}

}  // namespace

std::variant<client_options, exit_status> parse_command_line(int argc, const char* const* argv) {
    arguments given;
    CLI::App app("Talks to a Clarion server from the terminal.", "clarion-chat");
    app.add_option("--url", given.url, "the server, ws:// or wss://")->capture_default_str();
    auto* user = app.add_option("--user", given.user, "who to be, without authentication");
    app.add_option("--token", given.token, "the credential, also from CLARION_TOKEN")
        ->envname("CLARION_TOKEN")
        ->excludes(user);
    app.add_option("--thread", given.thread, "the conversation; a new one by default");
    app.add_flag("--json", given.frames, "print the frames as they come, one a line");
    auto* authorities =
        app.add_option("--ca", given.authorities, "trust the authorities in this PEM file (wss)");
    app.add_flag("--insecure", given.insecure, "take any certificate: anyone could listen (wss)")
        ->excludes(authorities);
    app.add_option("TEXT", given.text, "the message; without it each line of input is one");
    app.footer(
        "Without TEXT each line of input is a message, or one of these:\n" +
        indented(typed_help()) +
        "The end of the input leaves as :quit does, when the last run has ended. Ctrl-C cancels "
        "the\n"
        "active run, a second one leaves at once. Put -- before a TEXT that begins with a dash.\n"
        "When a tool waits for approval, a terminal is asked; elsewhere it is said and waited "
        "for.\n"
        "NO_COLOR=1 goes without colours; TERM=dumb and pipes also without a spinner.\n"
        "Exit status: 0 completed, 1 not connected or refused, 2 usage, 3 the agent failed,\n"
        "4 cancelled, 130 left by Ctrl-C."
    );
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool is_usage_error = app.exit(error) != 0;
        return is_usage_error ? exit_status::usage : exit_status::completed;
    }
    return checked(given, app);
}

}  // namespace clarion::chat
