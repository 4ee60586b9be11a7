#include "core/async/first_of.hpp"
#include "net/dial.hpp"
#include "net/websocket/transport.hpp"
#include "tests/flow/net/raw_client.hpp"
#include "tests/flow/net/server.hpp"
#include "tests/flow/net/tls_files.hpp"
#include "tests/support/expect_failure.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::net;
using namespace clarion::net::test;
using std::chrono::milliseconds;
using std::chrono::seconds;
using websocket::opcode;

// Runs `work` on a shard of its own, on this thread.
void on_a_shard(task<> work) {
    shard here(9);
    std::exception_ptr failure;
    auto end = [&](const std::exception_ptr& thrown) {
        failure = thrown;
        here.stop();
    };
    asio::co_spawn(here.get_executor(), std::move(work), end);
    here.run();
    if (failure)
        std::rethrow_exception(failure);
}

time_point in(const executor& on, duration time) {
    return on.owner().now() + time;
}

task<std::string> read_to(byte_stream& from, std::string_view part) {
    std::string received;
    char byte = 0;
    while (!received.ends_with(part)) {
        const io_result got = co_await from.read_some(std::span(&byte, 1));
        if (!std::holds_alternative<std::size_t>(got))
            break;
        received += byte;
    }
    co_return received;
}

task<> dial_into(dial_result& result, destination where, duration patience) {
    const executor on = co_await asio::this_coro::executor;
    result = co_await dial(std::move(where), in(on, patience));
}

std::string failure_of(destination where) {
    dial_result result;
    on_a_shard(dial_into(result, std::move(where), seconds(10)));
    const auto* failure = std::get_if<dial_failure>(&result);
    return failure != nullptr ? failure->message : "connected";
}

task<> echo_over(destination where, std::string& received) {
    const executor on = co_await asio::this_coro::executor;
    dial_result dialled = co_await dial(std::move(where), in(on, seconds(10)));
    BOOST_REQUIRE(std::holds_alternative<byte_stream_ptr>(dialled));
    byte_stream& stream = *std::get<byte_stream_ptr>(dialled);
    const std::string opening = upgrade_request("/echo");
    co_await stream.write(opening);
    const std::string head = co_await read_to(stream, "\r\n\r\n");
    BOOST_TEST(head.starts_with("HTTP/1.1 101 "));
    websocket::transport_options options;
    options.reads_as = websocket::role::client;
    options.message_bytes_max = options.frame_bytes_max = std::size_t{1} << 20U;
    websocket::transport over(stream, options, {});
    const std::string large(200'000, 'x');
    const websocket::outgoing frame{opcode::text, large};
    co_await over.send(std::span(&frame, 1));
    websocket::incoming what = co_await over.receive();
    if (auto* message = std::get_if<websocket::message>(&what))
        received = std::move(message->payload);
    co_await over.send_close(4123, "done");
    what = co_await over.receive();
    const auto* end = std::get_if<websocket::closed>(&what);
    BOOST_TEST((end != nullptr && end->code == 4123));
    co_await over.finish();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_listener_tls)

BOOST_AUTO_TEST_CASE(an_echo_over_tls_is_verified_and_closed_cleanly) {
    const tls_files files;
    listener_options how;
    how.tls = make_tls_server_context(files.paths());
    server here({}, std::move(how));
    for (const char* name : {"localhost", "127.0.0.1"}) {
        destination where{name, here.port(), make_tls_client_context(files.paths().chain)};
        std::string received;
        on_a_shard(echo_over(std::move(where), received));
        BOOST_TEST((received == std::string(200'000, 'x')));
    }
}

BOOST_AUTO_TEST_CASE(an_echo_over_plain_tcp_uses_the_same_client) {
    server here;
    std::string received;
    on_a_shard(echo_over({"127.0.0.1", here.port(), nullptr}, received));
    BOOST_TEST((received == std::string(200'000, 'x')));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_trusted_or_has_another_name_is_refused) {
    const tls_files files;
    const tls_files others;
    listener_options how;
    how.tls = make_tls_server_context(files.paths());
    server here({}, std::move(how));
    const std::string untrusted =
        failure_of({"127.0.0.1", here.port(), make_tls_client_context(others.paths().chain)});
    BOOST_TEST(untrusted.find("certificate verify failed") != std::string::npos);
    const std::string renamed =
        failure_of({"127.0.0.2", here.port(), make_tls_client_context(files.paths().chain)});
    BOOST_TEST(renamed.find("certificate verify failed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pinned_certificate_is_taken_under_any_name_and_no_other_is) {
    const tls_files files;
    const tls_files others;
    listener_options how;
    how.tls = make_tls_server_context(files.paths());
    const tls_context_ptr shown = how.tls;
    server here({}, std::move(how));
    for (const char* name : {"127.0.0.1", "127.0.0.2"}) {
        std::string received;
        on_a_shard(echo_over({name, here.port(), make_pinned_tls_client_context(shown)}, received));
        BOOST_TEST((received == std::string(200'000, 'x')));
    }
    const tls_context_ptr other = make_tls_server_context(others.paths());
    const std::string refused =
        failure_of({"127.0.0.1", here.port(), make_pinned_tls_client_context(other)});
    BOOST_TEST(refused.find("certificate verify failed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_certificate_is_objected_to_outside_of_its_time) {
    const tls_files files;
    const tls_context_ptr shown = make_tls_server_context(files.paths());
    constexpr std::int64_t year_ms = std::int64_t{366} * 86'400'000;
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const std::int64_t now = std::chrono::duration_cast<milliseconds>(since_epoch).count();
    BOOST_TEST(objection_to_certificate(shown, now).value_or("none") == "none");
    BOOST_TEST(
        objection_to_certificate(shown, now + 200 * year_ms).value_or("none") ==
        "the certificate has expired"
    );
    BOOST_TEST(
        objection_to_certificate(shown, now - 10 * year_ms).value_or("none") ==
        "the certificate is not valid yet"
    );
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_shake_hands_is_dropped_in_time) {
    const tls_files files;
    listener_options how;
    how.tls = make_tls_server_context(files.paths());
    how.tls_handshake_timeout = milliseconds(50);
    server here({}, std::move(how));
    raw_client silent(here.port());
    BOOST_TEST(silent.read_to_end().empty());
}

BOOST_AUTO_TEST_CASE(a_client_that_speaks_plain_http_to_the_tls_port_is_reported) {
    const tls_files files;
    failure::ledger failures(failure::logger(), [] { return std::int64_t{1}; });
    listener_options how;
    how.tls = make_tls_server_context(files.paths());
    how.failures = &failures;
    server here({}, std::move(how));
    raw_client plain(here.port());
    plain.send(get("/"));
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    while (failures.count(failure::code::tls_handshake_failed) == 0 &&
           std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    support::expect_failure(
        failure::code::tls_handshake_failed,
        failures,
        {.how = failure::severity::warning,
         .of = failure::code_class::infrastructure,
         .detail = "127.0.0.1: TLS handshake failed",
         .from = "net/listener.cpp"}
    );
}

BOOST_AUTO_TEST_CASE(a_taken_up_address_without_a_listener_says_so) {
    std::uint16_t port = 0;
    {
        const server here;
        port = here.port();
    }
    BOOST_TEST(
        failure_of({"127.0.0.1", port, nullptr}) ==
        "cannot connect to 127.0.0.1:" + std::to_string(port) + ": connection refused"
    );
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_answers_the_handshake_ends_the_dial) {
    // A plain server waits for the end of what it takes for a request's head.
    http::site_options options;
    options.limits.head_timeout = seconds(30);
    server here(std::move(options));
    dial_result result;
    destination where{"127.0.0.1", here.port(), make_tls_client_context("")};
    on_a_shard(dial_into(result, std::move(where), seconds(10)));
    BOOST_TEST(std::holds_alternative<dial_failure>(result));
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used_are_named) {
    const tls_files files;
    const tls_files others;
    const auto why_not = [](const certificate_files& paths) -> std::string {
        try {
            make_tls_server_context(paths);
            return "it works";
        } catch (const tls_error& error) {
            return error.what();
        }
    };
    BOOST_TEST(why_not(files.paths()) == "it works");
    const std::string missing = why_not({"/nowhere/c.pem", files.paths().key});
    BOOST_TEST(missing.starts_with("cannot use the TLS certificate /nowhere/c.pem: "));
    BOOST_TEST(missing.find("such file") != std::string::npos);
    BOOST_TEST(why_not({files.paths().chain, "/nowhere/k.pem"})
                   .starts_with("cannot use the TLS key /nowhere/k.pem: "));
    const std::string another = why_not({files.paths().chain, others.paths().key});
    BOOST_TEST(another.starts_with("cannot use the TLS key " + others.paths().key + ": "));
    BOOST_TEST(another.find("mismatch") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
