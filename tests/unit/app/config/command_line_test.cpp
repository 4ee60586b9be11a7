#include "app/config/setting_table.hpp"
#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

namespace clarion::app::test {

namespace {

struct row {
    std::vector<std::string> arguments;
    std::string line;
};

void check(const std::vector<row>& rows) {
    for (const row& each : rows)
        BOOST_TEST(fault_of(each.arguments) == each.line);
}

template <class Command>
bool asks_for(const std::vector<std::string>& arguments) {
    return std::holds_alternative<Command>(parse_command_line(arguments, at_home()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(serve_is_the_command_when_none_is_named) {
    BOOST_TEST(asks_for<command::serve>({}));
    BOOST_TEST(asks_for<command::serve>({"serve"}));
    BOOST_TEST(asks_for<command::serve>({"--shards", "1"}));
    BOOST_TEST(asks_for<command::serve>({"--shards", "1", "serve", "--insecure"}));
    BOOST_TEST(asks_for<command::serve>({"--allow-origin", "http://a", "serve"}));
}

BOOST_AUTO_TEST_CASE(each_command_is_recognised) {
    BOOST_TEST(asks_for<command::check_config>({"check-config"}));
    BOOST_TEST(asks_for<command::check_config>({"--shards=1", "check-config"}));
    BOOST_TEST(asks_for<command::print_config>({"print-config", "--shards", "1"}));
    BOOST_TEST(asks_for<command::audit>({"audit", "--data", "/d"}));
    BOOST_TEST(asks_for<command::show_version>({"version"}));
    BOOST_TEST(asks_for<command::show_version>({"--version"}));
    BOOST_TEST(asks_for<command::help>({"--help"}));
    BOOST_TEST(asks_for<command::help>({"serve", "-h"}));
    BOOST_TEST(asks_for<command::help>({"--shards", "no", "--help"}));
}

BOOST_AUTO_TEST_CASE(version_needs_no_settings) {
    const any_command asked = parse_command_line({"version"}, {{"CLARION_SHARDS", "no"}});
    BOOST_TEST(std::holds_alternative<command::show_version>(asked));
}

BOOST_AUTO_TEST_CASE(an_audit_is_of_the_directory_that_serve_would_use) {
    const any_command asked = parse_command_line({"audit"}, at_home());
    BOOST_REQUIRE(std::holds_alternative<command::audit>(asked));
    BOOST_TEST(std::get<command::audit>(asked).directory == "/ada/.local/state/clarion");
    BOOST_TEST(
        fault_of({"audit", "--data", ":memory:"}) ==
        "--data: :memory: leaves no log behind to be audited"
    );
}

BOOST_AUTO_TEST_CASE(a_restore_names_its_backup_and_its_directory) {
    const any_command asked = parse_command_line({"restore", "--from=/b", "--data", "/d"}, {});
    BOOST_REQUIRE(std::holds_alternative<command::restore>(asked));
    BOOST_TEST(std::get<command::restore>(asked).backup == "/b");
    BOOST_TEST(std::get<command::restore>(asked).directory == "/d");
    BOOST_TEST(asks_for<command::help>({"restore", "--from", "/b", "-h"}));
    check({
        {{"restore"}, "clarion restore needs --from"},
        {{"restore", "--from", "/b"}, "clarion restore needs --data"},
        {{"restore", "--from", "--data", "/d"}, "--from needs a value"},
        {{"restore", "--data=/d", "--data", "/e"}, "--data is given more than once"},
        {{"restore", "/b"}, "\"/b\" is not a flag of clarion restore (clarion restore --help)"},
        {{"restore", "--from", "/b", "--data", ":memory:"},
         "--data: :memory: is gone when the command ends; name a directory"},
    });
}

BOOST_AUTO_TEST_CASE(a_probe_names_a_server_by_its_url_or_its_command) {
    const any_command over_http = parse_command_line({"mcp-probe", "http://127.0.0.1:1/mcp"}, {});
    BOOST_TEST(std::get<command::mcp_probe>(over_http).url == "http://127.0.0.1:1/mcp");
    const any_command over_pipes = parse_command_line({"mcp-probe", "--", "npx", "--help"}, {});
    const auto& words = std::get<command::mcp_probe>(over_pipes).words;
    BOOST_TEST((words == std::vector<std::string>{"npx", "--help"}));
    BOOST_TEST(asks_for<command::help>({"mcp-probe", "--help"}));
    check({
        {{"mcp-probe", "--"}, "clarion mcp-probe -- needs a command"},
        {{"mcp-probe"},
         "clarion mcp-probe needs a URL, or -- and a command (clarion mcp-probe --help)"},
        {{"mcp-probe", "ftp://x"}, "\"ftp://x\": begins neither with http:// nor with https://"},
    });
}

BOOST_AUTO_TEST_CASE(words_that_nothing_knows_are_refused) {
    check({
        {{"fly"}, "\"fly\" is not a command (clarion --help lists them)"},
        {{""}, "\"\" is not a command (clarion --help lists them)"},
        {{"serve", "twice"}, "\"twice\" is one word too many"},
        {{"--lissten", "x"}, "\"--lissten\" is not a flag (clarion --help lists them)"},
        {{"--lissten=x"}, "\"--lissten=x\" is not a flag (clarion --help lists them)"},
        {{"-x"}, "\"-x\" is not a flag (clarion --help lists them)"},
        {{"--trusted-proxies", "10.0.0.0/8"},
         "\"--trusted-proxies\" is not a flag (clarion --help lists them)"},
    });
}

BOOST_AUTO_TEST_CASE(a_flag_without_a_value_takes_none_from_elsewhere) {
    check({
        {{"--listen"}, "--listen needs a value"},
        {{"--data", "--insecure"}, "--data needs a value"},
        {{"--data=", "serve"}, "--data needs a value"},
        {{"--data", ""}, "--data needs a value"},
        {{"--config"}, "--config needs a value"},
    });
}

BOOST_AUTO_TEST_CASE(what_is_no_list_is_given_once) {
    check({
        {{"--shards", "1", "--shards", "1"}, "--shards is given more than once"},
        {{"--insecure", "--insecure"}, "--insecure is given more than once"},
        {{"--config", "a", "--config", "b"}, "--config is given more than once"},
    });
}

BOOST_AUTO_TEST_CASE(a_bad_value_names_its_flag) {
    check({
        {{"--listen", "foo"}, "--listen: \"foo\" is not HOST:PORT"},
        {{"--listen", ":8080"}, "--listen: \":8080\" is not HOST:PORT"},
        {{"--listen", "::1:8080"}, "--listen: \"::1:8080\" is not HOST:PORT"},
        {{"--listen", "localhost:65536"}, "--listen: \"localhost:65536\" is not HOST:PORT"},
        {{"--admin", "on"}, "--admin: \"on\" is not HOST:PORT or off"},
        {{"--auth", "basic"}, "--auth: \"basic\" is not none or jwt"},
        {{"--allow-origin", "https://a.example/"},
         "--allow-origin: \"https://a.example/\" is not an origin such as "
         "https://chat.example.org"},
        {{"--allow-origin", "*"},
         "--allow-origin: \"*\" is not an origin such as https://chat.example.org"},
        {{"--shards", "-1"}, "--shards: \"-1\" is not a whole number from 0 to 256"},
        {{"--shards", "257"}, "--shards: \"257\" is not a whole number from 0 to 256"},
        {{"--shards", "2.0"}, "--shards: \"2.0\" is not a whole number from 0 to 256"},
        {{"--shards", "99999999999999999999"},
         "--shards: \"99999999999999999999\" is not a whole number from 0 to 256"},
        {{"--enable-echo=yes"}, "--enable-echo: \"yes\" is not true or false"},
        {{"--log-format", "xml"}, "--log-format: \"xml\" is not text or json"},
        {{"--log-level", "INFO"},
         "--log-level: \"INFO\" is not debug, info, warning, error or critical"},
        {{"--listen", "a\nb"}, "--listen: \"a\\nb\" is not HOST:PORT"},
        {{"--listen", "[a:1]:b]"}, "--listen: \"[a:1]:b]\" is not HOST:PORT"},
    });
}

BOOST_AUTO_TEST_CASE(a_bad_value_names_its_variable_also_when_a_flag_overrides_it) {
    const auto line = [](const char* name, const char* value) {
        return fault_of({"--shards", "1"}, at_home({{name, value}}));
    };
    BOOST_TEST(
        line("CLARION_SHARDS", "many") ==
        "CLARION_SHARDS: \"many\" is not a whole number from 0 to 256"
    );
    BOOST_TEST(line("CLARION_LISTEN", "foo") == "CLARION_LISTEN: \"foo\" is not HOST:PORT");
    BOOST_TEST(
        line("CLARION_INSECURE", "maybe") == "CLARION_INSECURE: \"maybe\" is not true or false"
    );
    BOOST_TEST(
        line("CLARION_ALLOW_ORIGIN", "http://a,,http://b") ==
        "CLARION_ALLOW_ORIGIN: \"\" is not an origin such as https://chat.example.org"
    );
}

BOOST_AUTO_TEST_CASE(help_lists_each_flag_with_its_variable_and_its_default) {
    const any_command asked = parse_command_line({"--help"}, {});
    const std::string& text = std::get<command::help>(asked).text;
    for (const setting& row : all_settings()) {
        if (!row.has_flag())
            continue;
        BOOST_TEST(text.find("\n  " + flag_of(row)) != std::string::npos, flag_of(row));
        BOOST_TEST(
            text.find("\n      " + variable_of(row) + ", default: ") != std::string::npos,
            variable_of(row)
        );
    }
    const auto has = [&text](const char* part) {
        return text.find(part) != std::string::npos;
    };
    BOOST_TEST(has("  --listen HOST:PORT\n"));
    BOOST_TEST(has("CLARION_LISTEN, default: 127.0.0.1:8080\n"));
    BOOST_TEST(has("CLARION_ADMIN, default: 127.0.0.1:8081\n"));
    BOOST_TEST(has("CLARION_DATA, default: $XDG_STATE_HOME/clarion, else ~/.local/state/clarion\n")
    );
    BOOST_TEST(has("CLARION_SHARDS, default: 0\n"));
    BOOST_TEST(has("CLARION_LOG_LEVEL, default: info\n"));
    BOOST_TEST(has("CLARION_INSECURE, default: false\n"));
    BOOST_TEST(has("CLARION_CONFIG, default: none\n"));
    BOOST_TEST(has("check-config"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
