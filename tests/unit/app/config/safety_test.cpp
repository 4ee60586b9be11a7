#include "app/config/safety.hpp"

#include "tests/unit/app/config/asked.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

namespace clarion::app::test {

namespace {

/// The complaint about the defaults with one change.
std::string fault_with(const std::function<void(settings&)>& change) {
    settings checked;
    checked.server.data = ":memory:";
    change(checked);
    return unsafe_settings(checked).value_or("");
}

std::string fault_at(const std::string& listen) {
    return fault_with([&listen](settings& s) { s.server.listen = listen; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(safety)

BOOST_AUTO_TEST_CASE(the_defaults_are_safe) {
    BOOST_TEST(fault_with([](settings&) {}) == "");
}

BOOST_AUTO_TEST_CASE(without_authentication_only_loopback_is_listened_on) {
    for (const auto* here : {"127.0.0.1:0", "127.8.9.1:80", "localhost:80", "[::1]:80"})
        BOOST_TEST(fault_at(here) == "");
    for (const auto* outside : {"0.0.0.0:80", "[::]:80", "192.168.1.2:80", "example.org:80"})
        BOOST_TEST(
            fault_at(outside) ==
            std::string("--listen ") + outside +
                " would let everybody in, because authentication is off: listen on 127.0.0.1, "
                "switch it on with --auth, or accept the risk with --insecure"
        );
}

BOOST_AUTO_TEST_CASE(insecure_accepts_the_risk_of_both_listeners) {
    BOOST_TEST(fault_with([](settings& s) {
                   s.server.insecure = true;
                   s.server.listen = "0.0.0.0:80";
                   s.server.admin = "0.0.0.0:81";
               }) == "");
}

BOOST_AUTO_TEST_CASE(tokens_need_a_sound_secret_wherever_it_listens) {
    const auto fault = [](const std::string& secret_file) {
        return fault_with([&secret_file](settings& s) {
            s.server.auth = auth_mode::jwt;
            s.server.insecure = true;
            s.server.listen = "0.0.0.0:80";
            s.server.jwt_secret_file = secret_file;
        });
    };
    const written_file sound("a secret of at least 32 bytes is sound");
    const written_file short_one("31 bytes are one less than that");
    BOOST_TEST(fault(sound.path()) == "");
    BOOST_TEST(
        fault("") == "--auth jwt needs what checks the tokens: give --jwt-secret-file or --jwks"
    );
    BOOST_TEST(
        fault("/no\n/secret") ==
        "--jwt-secret-file: /no\\n/secret cannot be read: No such file or directory"
    );
    BOOST_TEST(
        fault(short_one.path()) == "--jwt-secret-file: " + short_one.path() +
                                       " is too short for a secret: it has 31 bytes and needs 32, "
                                       "for instance from openssl rand -hex 32"
    );
}

BOOST_AUTO_TEST_CASE(with_tokens_every_address_may_be_listened_on) {
    const written_file sound("a secret of at least 32 bytes is sound");
    BOOST_TEST(fault_with([&](settings& s) {
                   s.server.auth = auth_mode::jwt;
                   s.server.jwt_secret_file = sound.path();
                   s.server.listen = "0.0.0.0:80";
               }) == "");
}

BOOST_AUTO_TEST_CASE(a_secret_that_would_protect_nobody_is_refused) {
    BOOST_TEST(
        fault_with([](settings& s) { s.server.jwt_secret_file = "secret"; }) ==
        "--jwt-secret-file has no effect while authentication is off: switch it on with --auth "
        "jwt, or leave the file out"
    );
}

// The key of RFC 7515 appendix A.3.
BOOST_AUTO_TEST_CASE(tokens_may_be_checked_by_keys_instead_or_as_well) {
    const written_file keys(
        R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})"
    );
    const written_file secret("a secret of at least 32 bytes is sound");
    const written_file none(R"({"keys":[]})");
    const auto fault = [](const std::string& secret_file, const std::string& jwks) {
        return fault_with([&](settings& s) {
            s.server.auth = auth_mode::jwt;
            s.server.jwt_secret_file = secret_file;
            s.server.jwks = jwks;
        });
    };
    BOOST_TEST(fault("", keys.path()) == "");
    BOOST_TEST(fault(secret.path(), keys.path()) == "");
    const std::string useless = "--jwks: " + none.path() + " has no key that can check tokens";
    BOOST_TEST(fault("", none.path()) == useless);
    BOOST_TEST(fault(secret.path(), none.path()) == useless);
    BOOST_TEST(fault("/no/secret", keys.path()).starts_with("--jwt-secret-file: /no/secret "));
    BOOST_TEST(
        fault("", "/no\n/keys") == "--jwks: /no\\n/keys cannot be read: No such file or directory"
    );
    BOOST_TEST(
        fault_with([&](settings& s) { s.server.jwks = keys.path(); }) ==
        "--jwks has no effect while authentication is off: switch it on with --auth jwt, or leave "
        "the file out"
    );
}

BOOST_AUTO_TEST_CASE(the_admin_listener_stays_on_loopback) {
    BOOST_TEST(
        fault_with([](settings& s) { s.server.admin = "0.0.0.0:81"; }) ==
        "--admin 0.0.0.0:81 would let everybody in, because the admin listener has no "
        "authentication: put it on 127.0.0.1, switch it off with --admin off, or accept the risk "
        "with --insecure"
    );
    BOOST_TEST(fault_with([](settings& s) { s.server.admin.clear(); }) == "");
    BOOST_TEST(fault_with([](settings& s) { s.server.admin = "[::1]:0"; }) == "");
}

BOOST_AUTO_TEST_CASE(a_certificate_and_its_key_come_together) {
    const written_file cert("certificate");
    const written_file key("key");
    BOOST_TEST(fault_with([&](settings& s) {
                   s.server.tls_cert = cert.path();
               }) == "--tls-cert needs its private key: give --tls-key too");
    BOOST_TEST(fault_with([&](settings& s) {
                   s.server.tls_key = key.path();
               }) == "--tls-key needs its certificate: give --tls-cert too");
    BOOST_TEST(fault_with([&](settings& s) {
                   s.server.tls_cert = cert.path();
                   s.server.tls_key = key.path();
               }) == "");
}

BOOST_AUTO_TEST_CASE(an_unreadable_certificate_or_key_is_named_with_the_reason) {
    const written_file good("certificate");
    const written_file empty("");
    const auto fault = [](const std::string& cert, const std::string& key) {
        return fault_with([&](settings& s) {
            s.server.tls_cert = cert;
            s.server.tls_key = key;
        });
    };
    BOOST_TEST(
        fault("/no/cert.pem", good.path()) ==
        "--tls-cert: /no/cert.pem cannot be read: No such file or directory"
    );
    BOOST_TEST(
        fault(good.path(), "/no/key.pem") ==
        "--tls-key: /no/key.pem cannot be read: No such file or directory"
    );
    BOOST_TEST(fault("/", good.path()) == "--tls-cert: / cannot be read: Is a directory");
    BOOST_TEST(
        fault(good.path(), empty.path()) ==
        "--tls-key: " + empty.path() + " cannot be read: it is empty"
    );
}

BOOST_AUTO_TEST_CASE(there_is_always_an_agent_to_answer) {
    BOOST_TEST(fault_with([](settings& s) {
                   s.demo = false;
               }) == "demo = false leaves no agent: configure one in [[agents]]");
    BOOST_TEST(fault_with([](settings& s) {
                   s.default_agent = "assistant";
               }) == "default_agent: there is no agent \"assistant\"");
}

BOOST_AUTO_TEST_CASE(the_demo_agent_may_have_another_name_and_nothing_else) {
    const auto fault = [](const auto& change) {
        return fault_with([&](settings& s) {
            agent_config guide;
            guide.name = "guide";
            guide.kind = agent_kind_demo;
            change(guide);
            s.agents.push_back(std::move(guide));
            s.demo = false;
            s.default_agent = "guide";
        });
    };
    BOOST_TEST(fault([](agent_config&) {}) == "");
    BOOST_TEST(
        fault([](agent_config& of) { of.model = "m"; }) ==
        "[[agents]] \"guide\": model is for kind = \"model\": the demo agent has its own"
    );
    BOOST_TEST(fault([](agent_config& of) {
                   of.url = "http://127.0.0.1/";
               }) == "[[agents]] \"guide\": url is for kind = \"ag-ui\"");
    BOOST_TEST(fault([](agent_config& of) {
                   of.api_key_env = "PATH";
               }) == "[[agents]] \"guide\": api_key_env is for kind = \"ag-ui\"");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
