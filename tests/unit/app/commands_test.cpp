#include "app/commands.hpp"

#include "app/config/config_file.hpp"
#include "app/parts.hpp"
#include "app/version.hpp"
#include "core/session/jwt.hpp"
#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <iostream>
#include <sstream>

namespace clarion::app::test {

namespace {

/// Takes what goes through a stream while it lives.
class captured {
public:
    explicit captured(std::ostream& from) : from_(from), before_(from.rdbuf(taken_.rdbuf())) {}
    captured(const captured&) = delete;
    captured& operator=(const captured&) = delete;
    ~captured() { from_.rdbuf(before_); }

    std::string text() const { return taken_.str(); }

private:
    std::ostringstream taken_;
    std::ostream& from_;
    std::streambuf* before_;
};

struct outcome {
    int status = 0;
    std::string out;
    std::string err;
};

outcome run(std::vector<std::string> words) {
    words.insert(words.begin(), "clarion");
    std::vector<char*> pointers;
    for (auto& word : words)
        pointers.push_back(word.data());
    const captured out(std::cout);
    const captured err(std::cerr);
    outcome seen;
    seen.status = run_command(static_cast<int>(pointers.size()), pointers.data());
    seen.out = out.text();
    seen.err = err.text();
    return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(version_names_program_protocol_and_build) {
    const outcome seen = run({"version"});
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(
        seen.out == "clarion " + std::string(version) + " (protocol clarion.v1, build " +
                        std::string(build_id()) + ")\n"
    );
    BOOST_TEST(seen.err == "");
}

BOOST_AUTO_TEST_CASE(a_usage_error_is_one_line_on_stderr_and_status_two) {
    const outcome seen = run({"--listen", "foo"});
    BOOST_TEST(seen.status == 2);
    BOOST_TEST(seen.out == "");
    BOOST_TEST(seen.err == "clarion: --listen: \"foo\" is not HOST:PORT\n");
}

BOOST_AUTO_TEST_CASE(unsafe_settings_stop_check_config_and_serve_alike) {
    for (const auto* command : {"check-config", "serve"}) {
        const outcome seen = run({command, "--data", ":memory:", "--auth", "jwt"});
        BOOST_TEST(seen.status == 2);
        BOOST_TEST(seen.out == "");
        BOOST_TEST(
            seen.err ==
            "clarion: --auth jwt needs what checks the tokens: give --jwt-secret-file or --jwks\n"
        );
    }
}

BOOST_AUTO_TEST_CASE(check_config_says_that_it_is_sound) {
    const outcome seen = run({"check-config", "--data", ":memory:"});
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(seen.out == "the configuration is sound\n");
    BOOST_TEST(seen.err == "");
}

BOOST_AUTO_TEST_CASE(print_config_prints_what_serve_would_run_with_even_when_it_is_unsafe) {
    const outcome seen =
        run({"print-config", "--data", "/d", "--listen", "0.0.0.0:1", "--admin", "off"});
    BOOST_TEST(seen.status == 0);
    settings read;
    BOOST_TEST(read_config_text(seen.out, "printed", read).value_or("") == "");
    BOOST_TEST(read.server.listen == "0.0.0.0:1");
    BOOST_TEST(read.server.admin == "");
    BOOST_TEST(read.server.data == "/d");
}

BOOST_AUTO_TEST_CASE(token_prints_one_token_that_the_secret_checks) {
    const written_file secret_file("a secret of at least 32 bytes is sound\n");
    const outcome seen = run({"token", "--secret-file", secret_file.path(), "--user", "ada"});
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(seen.err == "");
    BOOST_REQUIRE(seen.out.ends_with('\n'));
    const session::token_keys keys{
        std::make_shared<const session::token_secret>("a secret of at least 32 bytes is sound"),
        nullptr
    };
    const std::int64_t now_ms = unix_ms();
    const auto verdict =
        session::check_token(seen.out.substr(0, seen.out.size() - 1), keys, {}, now_ms);
    BOOST_REQUIRE(std::holds_alternative<session::token_claims>(verdict));
    const auto& claims = std::get<session::token_claims>(verdict);
    BOOST_TEST(claims.user_id == "ada");
    BOOST_TEST(claims.expires_ms <= now_ms + 3'600'000);
    BOOST_TEST(claims.expires_ms > now_ms + 3'500'000);
}

BOOST_AUTO_TEST_CASE(token_without_a_usable_secret_is_one_line_and_status_two) {
    const outcome seen = run({"token", "--secret-file", "/no/secret", "--user", "ada"});
    BOOST_TEST(seen.status == 2);
    BOOST_TEST(seen.out == "");
    BOOST_TEST(
        seen.err == "clarion: --secret-file: /no/secret cannot be read: No such file or directory\n"
    );
}

BOOST_AUTO_TEST_CASE(help_is_no_error) {
    const outcome seen = run({"--help"});
    BOOST_TEST(seen.status == 0);
    BOOST_TEST(seen.out.starts_with("A chat server"));
    BOOST_TEST(seen.err == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
