#include "app/config/config_file.hpp"
#include "app/config/setting_table.hpp"
#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

namespace clarion::app::test {

namespace {

using texts = std::vector<std::string>;

/// A setting with a value that is not its default, as each of its sources spells it.
struct row {
    const char* path;
    const char* flag;
    const char* variable;
    const char* spelled;
    const char* toml;
    setting_value value;
};

const std::vector<row> rows_with_flags = {
    {"server.listen", "--listen", "CLARION_LISTEN", "[::1]:0", "\"[::1]:0\"", "[::1]:0"},
    {"server.admin", "--admin", "CLARION_ADMIN", "off", "\"off\"", "off"},
    {"server.data", "--data", "CLARION_DATA", ":memory:", "\":memory:\"", ":memory:"},
    {"server.auth", "--auth", "CLARION_AUTH", "jwt", "\"jwt\"", "jwt"},
    {"server.jwt_secret_file", "--jwt-secret-file", "CLARION_JWT_SECRET_FILE", "s", "'s'", "s"},
    {"server.jwks", "--jwks", "CLARION_JWKS", "k.json", "'k.json'", "k.json"},
    {"server.jwt_issuer", "--jwt-issuer", "CLARION_JWT_ISSUER", "me", "'me'", "me"},
    {"server.jwt_audience", "--jwt-audience", "CLARION_JWT_AUDIENCE", "us", "'us'", "us"},
    {"server.tls_cert", "--tls-cert", "CLARION_TLS_CERT", "c.pem", "'c.pem'", "c.pem"},
    {"server.tls_key", "--tls-key", "CLARION_TLS_KEY", "k.pem", "'k.pem'", "k.pem"},
    {"server.allow_origin",
     "--allow-origin",
     "CLARION_ALLOW_ORIGIN",
     "https://a.example",
     "['https://a.example']",
     texts{"https://a.example"}},
    {"server.shards", "--shards", "CLARION_SHARDS", "3", "3", std::int64_t{3}},
    {"server.enable_echo", "--enable-echo", "CLARION_ENABLE_ECHO", "true", "true", true},
    {"server.log_format", "--log-format", "CLARION_LOG_FORMAT", "json", "\"json\"", "json"},
    {"server.log_level", "--log-level", "CLARION_LOG_LEVEL", "error", "\"error\"", "error"},
    {"server.insecure", "--insecure", "CLARION_INSECURE", "1", "true", true},
};

/// The same for those that come from the file alone.
struct file_row {
    const char* path;
    const char* toml;
    setting_value value;
};

const std::vector<file_row> rows_of_the_file = {
    {"default_agent", "\"assistant\"", "assistant"},
    {"demo", "false", false},
    {"http_get.allow", "['example.com']", texts{"example.com"}},
    {"server.trusted_proxies", "['10.0.0.0/8', 'fd00::/8']", texts{"10.0.0.0/8", "fd00::/8"}},
};

const std::vector<const char*> limits = {
    "limits.frame_bytes_max",
    "limits.message_bytes_max",
    "limits.event_bytes_max",
    "limits.runs_active_per_user_max",
    "limits.subscriptions_per_connection_max",
    "limits.connections_per_user_max",
    "limits.approvals_open_per_run_max",
    "limits.approval_timeout_ms",
    "limits.memory_bytes_max",
    "limits.messages_per_minute",
    "limits.queued_runs_max",
    "limits.connections_max",
    "limits.connections_per_address_max",
    "limits.unauthenticated_max",
    "limits.outbox_bytes_max",
    "limits.handshake_timeout_ms",
    "limits.heartbeat_interval_ms",
    "limits.heartbeat_timeout_ms",
    "limits.run_deadline_ms",
    "limits.run_silence_ms",
    "limits.drain_ms",
    "limits.retention_days",
    "limits.retention_bytes",
    "limits.delta_window_ms",
};

/// `made` has the value at this setting and the defaults everywhere else.
void check_only(const settings& made, const std::string& path, const setting_value& value) {
    const setting* const row = find_setting(path);
    BOOST_REQUIRE(row != nullptr);
    BOOST_TEST((row->field.read(made) == value));
    settings expected;
    if (made.server.data == "/ada/.local/state/clarion")
        expected.server.data = made.server.data;
    BOOST_TEST((row->field.read(expected) != value));
    row->field.write(expected, value);
    check_same(made, expected);
}

settings from_file(const std::string& path, const std::string& toml) {
    settings made;
    const auto fault = read_config_text(path + " = " + toml + "\n", "clarion.toml", made);
    BOOST_TEST(fault.value_or("") == "");
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(setting_sources)

BOOST_AUTO_TEST_CASE(every_setting_is_in_the_tables_of_this_test) {
    std::set<std::string_view> tested(limits.begin(), limits.end());
    for (const auto& each : rows_with_flags)
        tested.insert(each.path);
    for (const auto& each : rows_of_the_file)
        tested.insert(each.path);
    std::set<std::string_view> existing;
    for (const setting& each : all_settings())
        BOOST_TEST(existing.insert(each.path).second, each.path);
    BOOST_TEST(existing == tested, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_flag_sets_its_own_setting_alone) {
    for (const auto& each : rows_with_flags)
        BOOST_TEST_CONTEXT(each.flag) {
            check_only(
                settings_of({std::string(each.flag) + "=" + each.spelled}),
                each.path,
                each.value
            );
            if (!std::holds_alternative<bool>(each.value))
                check_only(settings_of({each.flag, each.spelled}), each.path, each.value);
        }
}

BOOST_AUTO_TEST_CASE(a_toggle_needs_no_value_and_takes_none_from_the_next_word) {
    BOOST_TEST(settings_of({"--insecure"}).server.insecure);
    BOOST_TEST(settings_of({"--enable-echo", "serve"}).server.enable_echo);
    BOOST_TEST(
        !settings_of({"--insecure=false"}, at_home({{"CLARION_INSECURE", "true"}})).server.insecure
    );
}

BOOST_AUTO_TEST_CASE(each_variable_sets_its_own_setting_alone) {
    for (const auto& each : rows_with_flags)
        BOOST_TEST_CONTEXT(each.variable) {
            check_only(
                settings_of({}, at_home({{each.variable, each.spelled}})),
                each.path,
                each.value
            );
        }
}

BOOST_AUTO_TEST_CASE(each_key_of_the_file_sets_its_own_setting_alone) {
    for (const auto& each : rows_with_flags)
        BOOST_TEST_CONTEXT(each.path) {
            check_only(from_file(each.path, each.toml), each.path, each.value);
        }
    for (const auto& each : rows_of_the_file)
        BOOST_TEST_CONTEXT(each.path) {
            check_only(from_file(each.path, each.toml), each.path, each.value);
        }
    for (const auto* path : limits)
        BOOST_TEST_CONTEXT(path) {
            check_only(from_file(path, "77"), path, std::int64_t{77});
        }
}

BOOST_AUTO_TEST_CASE(what_has_no_flag_has_no_variable_either) {
    const settings made =
        settings_of({}, at_home({{"CLARION_DRAIN_MS", "1"}, {"CLARION_DEMO", "0"}}));
    BOOST_TEST(made.limits.drain_ms == 20000);
    BOOST_TEST(made.demo);
    BOOST_TEST(fault_of({"--drain-ms", "1"}).starts_with("\"--drain-ms\" is not a flag"));
}

BOOST_AUTO_TEST_CASE(a_flag_wins_over_a_variable_over_the_file_over_the_default) {
    const written_file file("[server]\nshards = 1\nlisten = '127.0.0.1:1'\ndata = '/one'\n");
    const auto variables = at_home({{"CLARION_SHARDS", "2"}, {"CLARION_DATA", "/two"}});
    const settings made = settings_of({"--config", file.path(), "--shards", "3"}, variables);
    BOOST_TEST(made.server.shards == 3);
    BOOST_TEST(made.server.data == "/two");
    BOOST_TEST(made.server.listen == "127.0.0.1:1");
    BOOST_TEST(made.server.admin == "127.0.0.1:8081");
}

BOOST_AUTO_TEST_CASE(the_file_is_named_by_a_variable_unless_a_flag_names_one) {
    const written_file one("server.shards = 1");
    const written_file two("server.shards = 2");
    const auto variables = at_home({{"CLARION_CONFIG", one.path()}});
    BOOST_TEST(settings_of({}, variables).server.shards == 1);
    BOOST_TEST(settings_of({"--config=" + two.path()}, variables).server.shards == 2);
}

BOOST_AUTO_TEST_CASE(an_empty_variable_counts_as_absent) {
    BOOST_TEST(settings_of({}, at_home({{"CLARION_SHARDS", ""}})).server.shards == 0);
    BOOST_TEST(settings_of({}, at_home({{"CLARION_CONFIG", ""}})).server.shards == 0);
}

BOOST_AUTO_TEST_CASE(repeated_flags_gather_and_a_variable_separates_with_commas) {
    const texts both = {"https://a.example", "http://b.example:81"};
    BOOST_TEST(
        settings_of({"--allow-origin", both[0], "--allow-origin", both[1]}).server.allow_origin ==
            both,
        boost::test_tools::per_element()
    );
    const auto variables = at_home({{"CLARION_ALLOW_ORIGIN", both[0] + ", " + both[1]}});
    BOOST_TEST(
        settings_of({}, variables).server.allow_origin == both,
        boost::test_tools::per_element()
    );
    BOOST_TEST(
        settings_of({"--allow-origin", both[1]}, variables).server.allow_origin == texts{both[1]},
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(the_data_directory_follows_the_xdg_specification) {
    const auto data = [](environment variables) {
        return settings_of({}, variables).server.data;
    };
    BOOST_TEST(data({{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}}) == "/s/clarion");
    BOOST_TEST(data({{"XDG_STATE_HOME", "s"}, {"HOME", "/h"}}) == "/h/.local/state/clarion");
    BOOST_TEST(data({{"HOME", "/h"}}) == "/h/.local/state/clarion");
    BOOST_TEST(
        fault_of({}, {}) ==
        "--data: there is no default directory, because neither XDG_STATE_HOME nor HOME is set; "
        "name one"
    );
    BOOST_TEST(settings_of({"--data", "/d"}, {}).server.data == "/d");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
