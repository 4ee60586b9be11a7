#include "app/config/config_file.hpp"

#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

namespace clarion::app::test {

namespace {

struct row {
    std::string text;
    std::string line;
};

std::string fault_in(const std::string& text) {
    settings ignored;
    return read_config_text(text, "clarion.toml", ignored).value_or("");
}

// The example of PROTOCOL §10 up to its first section of a later version.
constexpr const char* example = R"(
default_agent = "assistant"

[server]
listen = "127.0.0.1:8080"
trusted_proxies = []

[limits]
frame_bytes_max = 262144
drain_ms = 20_000            # as TOML allows
)";

/// Values as odd as their rules allow.
class random_settings {
public:
    explicit random_settings(unsigned seed) : from_(seed) {}

    settings next() {
        settings made;
        made.default_agent = "a" + text();
        made.demo = coin();
        made.server.listen = coin() ? "[::]:0" : "127.0.0.1:65535";
        made.server.admin = coin() ? "" : "localhost:9";
        made.server.data = "/" + text();
        made.server.auth = coin() ? auth_mode::none : auth_mode::jwt;
        made.server.jwt_secret_file = text();
        made.server.jwks = text();
        made.server.jwt_issuer = text();
        made.server.jwt_audience = text();
        made.server.tls_cert = text();
        made.server.tls_key = text();
        for (unsigned count = pick(4); count > 0; --count)
            made.server.allow_origin.push_back("http://h" + std::to_string(count));
        if (coin())
            made.server.trusted_proxies = {"10.0.0.0/8", "::1/128"};
        made.server.shards = pick(257);
        made.server.enable_echo = coin();
        made.server.log_as = coin() ? log_format::text : log_format::json;
        made.server.log_from = static_cast<log_level>(pick(5));
        made.server.insecure = coin();
        made.limits.frame_bytes_max = 1 + pick(1U << 30U);
        made.limits.connections_max = pick(10'000'001);
        made.limits.retention_bytes = std::int64_t{1} << pick(51);
        made.limits.drain_ms = pick(3'600'001);
        return made;
    }

private:
    unsigned pick(unsigned below) {
        return std::uniform_int_distribution<unsigned>(0, below - 1)(from_);
    }
    bool coin() { return pick(2) == 0; }
    std::string text() {
        static const std::vector<std::string> pieces = {
            "a",
            " ",
            "\"",
            "\\",
            "'",
            "\n",
            "\r\n",
            "\t",
            "#",
            "=",
            "]",
            ",",
            "\\u0041",
            "\x01",
            "\x1F",
            "\x7F",
            "é",
            "\xF0\x9F\xA6\x8A",
            std::string(1, '\0'),
        };
        std::string made;
        for (unsigned count = pick(8); count > 0; --count)
            made += pieces[pick(static_cast<unsigned>(pieces.size()))];
        return made;
    }

    std::mt19937 from_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(config_file)

BOOST_AUTO_TEST_CASE(the_example_of_the_protocol_is_read) {
    settings made;
    BOOST_TEST(read_config_text(example, "clarion.toml", made).value_or("") == "");
    BOOST_TEST(made.default_agent == "assistant");
    BOOST_TEST(made.limits.drain_ms == 20000);
    BOOST_TEST(fault_in("") == "");
    BOOST_TEST(fault_in("[server]\n[limits]\n") == "");
}

BOOST_AUTO_TEST_CASE(each_fault_is_named_by_file_line_and_key) {
    const std::vector<row> rows = {
        {"\n\n[limits]\ndrain_ms = -1\n",
         "clarion.toml:4: limits.drain_ms must be a whole number from 0 to 3600000"},
        {"limits.drain_ms = '1'",
         "clarion.toml:1: limits.drain_ms must be a whole number from 0 to 3600000"},
        {"limits.drain_ms = 1.0",
         "clarion.toml:1: limits.drain_ms must be a whole number from 0 to 3600000"},
        {"limits.frame_bytes_max = 0",
         "clarion.toml:1: limits.frame_bytes_max must be a whole number from 1 to 1073741824"},
        {"[server]\nlisten = 'foo'", "clarion.toml:2: server.listen must be HOST:PORT"},
        {"[server]\nlisten = 8080", "clarion.toml:2: server.listen must be HOST:PORT"},
        {"[server.listen]\nport = 1", "clarion.toml:1: server.listen must be HOST:PORT"},
        {"server.admin = false", "clarion.toml:1: server.admin must be HOST:PORT or off"},
        {"server.auth = 'JWT'", "clarion.toml:1: server.auth must be none or jwt"},
        {"server.data = 1", "clarion.toml:1: server.data must be a text"},
        {"server.insecure = 1", "clarion.toml:1: server.insecure must be true or false"},
        {"server.insecure = 'true'", "clarion.toml:1: server.insecure must be true or false"},
        {"server.allow_origin = 'http://a'",
         "clarion.toml:1: server.allow_origin must be a list, each element an origin such as "
         "https://chat.example.org"},
        {"server.allow_origin = ['http://a', 1]",
         "clarion.toml:1: server.allow_origin must be a list, each element an origin such as "
         "https://chat.example.org"},
        {"server.trusted_proxies = ['10.0.0.1']",
         "clarion.toml:1: server.trusted_proxies must be a list, each element a network such as "
         "10.0.0.0/8"},
        {"server.log_format = 1979-05-27", "clarion.toml:1: server.log_format must be text or json"
        },
        {"default_agent = ''", "clarion.toml:1: default_agent must be the name of an agent"},
        {"server.lissten = 1", "clarion.toml:1: server.lissten is not a setting"},
        {"listen = '127.0.0.1:1'", "clarion.toml:1: listen is not a setting"},
        {"[server]\ndemo = false", "clarion.toml:2: server.demo is not a setting"},
        {"[tls]\ncert = 'a'", "clarion.toml:1: tls is not a setting"},
        {"\"a\\nb\" = 1", "clarion.toml:1: a\\nb is not a setting"},
        {"server = 1", "clarion.toml:1: server must be a section"},
        {"[[limits]]\n", "clarion.toml:1: limits must be a section"},
    };
    for (const row& each : rows)
        BOOST_TEST(fault_in(each.text) == each.line);
}

BOOST_AUTO_TEST_CASE(mcp_servers_are_read_with_keys_that_users_make_up) {
    settings made;
    const char* const file = R"(
[[mcp]]
name = "files"
command = ["npx", "-y", "server", "."]
env = { KEY = "value" }
approve = "never"
tools = { write_file = "always", run = { approve = "always", when = { path = "^/etc/" } } }

[[mcp]]
name = "web"
url = "http://127.0.0.1:3101/mcp"
)";
    BOOST_REQUIRE(!read_config_text(file, "clarion.toml", made));
    BOOST_REQUIRE(made.mcp.size() == 2U);
    const mcp_config& files = made.mcp[0];
    BOOST_TEST(files.command.size() == 4U);
    BOOST_TEST(files.env.at("KEY") == "value");
    BOOST_TEST(files.approve == "never");
    BOOST_REQUIRE(files.tools.size() == 2U);
    BOOST_TEST(files.tools[0].tool == "run");  // by name
    BOOST_TEST(files.tools[0].approve == "always");
    BOOST_TEST(files.tools[0].when.at("path") == "^/etc/");
    BOOST_TEST(files.tools[1].tool == "write_file");
    BOOST_TEST(files.tools[1].when.empty());
    BOOST_TEST(made.mcp[1].url == "http://127.0.0.1:3101/mcp");
    BOOST_TEST(made.mcp[1].approve == "unless-read-only");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_an_mcp_server_is_named_by_its_place) {
    const std::vector<row> rows = {
        {"[[mcp]]\nname = 'a.b'",
         "clarion.toml:2: mcp.0.name must be a name of letters, digits, - and _, which its tools "
         "begin with"},
        {"[[mcp]]\napprove = 'maybe'",
         "clarion.toml:2: mcp.0.approve must be never, always or unless-read-only"},
        {"[[mcp]]\ntools = { a = 'maybe' }",
         "clarion.toml:2: mcp.0.tools.a must be never, always or unless-read-only"},
        {"[[mcp]]\ntools = { a = { when = { b = '(' } } }",
         "clarion.toml:2: mcp.0.tools.a.when.b must be a regular expression"},
        {"[[mcp]]\nenv = { A = 1 }", "clarion.toml:2: mcp.0.env.A must be a text"},
        {"[[mcp]]\nspeed = 1", "clarion.toml:2: mcp.0.speed is not a setting"},
    };
    for (const row& each : rows)
        BOOST_TEST(fault_in(each.text) == each.line);
}

BOOST_AUTO_TEST_CASE(models_and_agents_are_read_one_by_one) {
    settings made;
    const char* const file = R"(
[[models]]
name = "local"
base_url = "http://127.0.0.1:11434/v1"
model = "llama3.2"
api_key_env = "OPENAI_API_KEY"
fallback = ["other"]
timeouts = { connect_ms = 1000, idle_ms = 2000 }
context_tokens = 8192

[[models]]
name = "other"
timeouts.total_ms = 3000

[[agents]]
name = "assistant"
kind = "model"
prompt = "You are …"
model = "local"
tools = ["calculator", "clock"]
agents = ["remote"]
handoffs = ["remote"]
title = false
limits = { turns = 3, tool_calls = 4, parallel_tools = 5, tokens = 6, tool_timeout_ms = 7, run_deadline_ms = 8 }

[[agents]]
name = "remote"
kind = "ag-ui"
url = "http://127.0.0.1:4011/agui"
)";
    BOOST_TEST(read_config_text(file, "clarion.toml", made).value_or("") == "");
    BOOST_REQUIRE(made.models.size() == 2U);
    BOOST_TEST(made.models[0].base_url == "http://127.0.0.1:11434/v1");
    BOOST_TEST(made.models[0].fallback.at(0) == "other");
    BOOST_TEST(made.models[0].connect_ms == 1000);
    BOOST_TEST(made.models[0].first_token_ms == 60'000);
    BOOST_TEST(made.models[0].idle_ms == 2000);
    BOOST_TEST(made.models[0].context_tokens == 8192);
    BOOST_TEST(made.models[1].name == "other");
    BOOST_TEST(made.models[1].total_ms == 3000);
    BOOST_REQUIRE(made.agents.size() == 2U);
    BOOST_TEST(made.agents[0].agents.at(0) == "remote");
    BOOST_TEST(made.agents[0].handoffs.at(0) == "remote");
    BOOST_TEST(made.agents[1].kind == "ag-ui");
    BOOST_TEST(made.agents[1].url == "http://127.0.0.1:4011/agui");
    BOOST_TEST(made.agents[0].tools.size() == 2U);
    BOOST_TEST(!made.agents[0].title);
    BOOST_TEST(made.agents[1].title);
    BOOST_TEST(made.agents[0].turns == 3);
    BOOST_TEST(made.agents[0].tokens == 6);
    BOOST_TEST(made.agents[0].tool_timeout_ms == 7);
    BOOST_TEST(made.agents[0].run_deadline_ms == 8);
    settings again;
    BOOST_TEST(read_config_text(to_toml(made), "again.toml", again).value_or("") == "");
    BOOST_TEST(to_toml(again) == to_toml(made));
}

BOOST_AUTO_TEST_CASE(faults_in_models_and_agents_are_named_by_their_place) {
    const std::vector<row> rows = {
        {"[[agents]]\nlimits = 1\n", "clarion.toml:2: agents.0.limits is not a setting"},
        {"models = []", "clarion.toml:1: models must be a section in double brackets"},
        {"[agents.assistant]\n", "clarion.toml:1: agents must be a section in double brackets"},
        {"[[models]]\n[[models]]\nkey = 'secret'\n", "clarion.toml:3: models.1.key is not a setting"
        },
        {"[[models]]\nbase_url = 'http://user:key@h/'\n",
         "clarion.toml:2: models.0.base_url must be a URL such as http://127.0.0.1:11434/v1, "
         "without a user"},
        {"[[models]]\ntimeouts = { idle_ms = 0 }\n",
         "clarion.toml:2: models.0.timeouts.idle_ms must be a whole number from 1 to 86400000"},
        {"[[agents]]\nkind = 'robot'\n",
         "clarion.toml:2: agents.0.kind must be model, ag-ui or demo"},
        {"[[models]]\nname = ''\n", "clarion.toml:2: models.0.name must be the name of the model"},
    };
    for (const row& each : rows)
        BOOST_TEST(fault_in(each.text) == each.line);
}

BOOST_AUTO_TEST_CASE(the_first_fault_from_above_is_told) {
    BOOST_TEST(
        fault_in("[server]\nzebra = 1\napple = 1\n") ==
        "clarion.toml:2: server.zebra is not a setting"
    );
}

BOOST_AUTO_TEST_CASE(what_is_no_toml_is_one_line_with_its_place) {
    for (const auto* text : {"\n[server\n", "\na = \n", "\na = 1\xFF\n", "\nb = 1 2\n"}) {
        const std::string line = fault_in(text);
        BOOST_TEST(line.starts_with("clarion.toml:2: "), line);
        BOOST_TEST(line.find('\n') == std::string::npos);
    }
    BOOST_TEST(fault_in("demo = true\ndemo = true\n").starts_with("clarion.toml:2: "));
}

BOOST_AUTO_TEST_CASE(beyond_ascii_is_for_quotes_and_comments) {
    const std::string before = "# é\ndemo = true # é\n";
    for (const char* const line :
         {"é = 1",
          "[a.é]",
          "a = é",
          R"(a = '\' é)",
          R"(a = "\"" é)",
          R"(a = """""" é)",
          R"(a = "\é")",
          "a = 1x\"é\""})
        BOOST_TEST(fault_in(before + line).starts_with("clarion.toml:3: "), line);
    for (const char* const text :
         {R"('é')", R"("é\"é")", "'''\né'''", R"("""é""é""""")", "'a' # é", "'\\' # '\n# é"})
        BOOST_TEST(fault_in("default_agent = " + std::string(text)) == "", text);
    BOOST_TEST(fault_in("\uFEFFdemo = true") == "");
    BOOST_TEST(
        fault_in("demo = true\ndefault_agent = \"\"\"a\\\n  é\"\"\"") ==
        "clarion.toml:3: begins with a character beyond ASCII after a line that ends in a backslash"
    );
}

BOOST_AUTO_TEST_CASE(what_the_toml_library_takes_for_granted_stops_the_start_like_any_other_fault) {
    for (const char* const text : {"demo = true\n[+", "demo = true\n[[[a]]]\n", "\n[[=\n\n"})
        BOOST_TEST(fault_in(text).starts_with("clarion.toml:2: "), fault_in(text));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named_with_the_reason) {
    BOOST_TEST(
        fault_of({"--config", "/no/clarion.toml"}) ==
        "/no/clarion.toml: cannot be read: No such file or directory"
    );
    BOOST_TEST(fault_of({"--config", "/"}) == "/: cannot be read: Is a directory");
    const written_file empty("");
    BOOST_TEST(fault_of({"--config", empty.path()}) == "");
}

BOOST_AUTO_TEST_CASE(a_fault_in_the_file_stops_the_command_line) {
    const written_file file("[limits]\ndrain_ms = 'x'\n");
    BOOST_TEST(
        fault_of({"--config", file.path()}) ==
        file.path() + ":2: limits.drain_ms must be a whole number from 0 to 3600000"
    );
}

BOOST_AUTO_TEST_CASE(printed_settings_read_back_as_the_same) {
    for (unsigned seed = 0; seed < 500; ++seed)
        BOOST_TEST_CONTEXT("seed " << seed) {
            const settings before = random_settings(seed).next();
            const std::string printed = to_toml(before);
            settings after;
            // A field that printing forgot shows as this file's leftover, not as its default.
            after.server.insecure = !before.server.insecure;
            after.server.allow_origin = {"http://leftover"};
            BOOST_TEST(read_config_text(printed, "printed", after).value_or("") == "");
            check_same(after, before);
            BOOST_TEST(after.server.data == before.server.data);
            BOOST_TEST(after.server.tls_key == before.server.tls_key);
            BOOST_TEST(after.default_agent == before.default_agent);
        }
}

BOOST_AUTO_TEST_CASE(the_printed_defaults_name_every_setting_in_its_section) {
    const std::string printed = to_toml(settings());
    BOOST_TEST(printed.starts_with("default_agent = \"demo\"\ndemo = true\n\n[server]\nlisten = "));
    BOOST_TEST(printed.find("\nadmin = \"127.0.0.1:8081\"\n") != std::string::npos);
    BOOST_TEST(printed.find("\nallow_origin = []\n") != std::string::npos);
    BOOST_TEST(printed.find("\n\n[limits]\nframe_bytes_max = 262144\n") != std::string::npos);
    BOOST_TEST(printed.ends_with("\ndelta_window_ms = 25\n\n[http_get]\nallow = []\n"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
