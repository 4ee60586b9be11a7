// Each failure of a listener and its site, by its real cause, and its whole record.
#include "net/listener.hpp"
#include "tests/flow/net/raw_client.hpp"
#include "tests/flow/net/server.hpp"
#include "tests/support/expect_failure.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace clarion;
using namespace clarion::net;
using namespace clarion::net::test;
using failure::code;
using failure::code_class;
using failure::severity;
using support::expect_failure;

std::int64_t fixed_clock() {
    return 1'795'230'905'123;
}

/// Until the ledger has one, for ten seconds at most.
void wait_for(const failure::ledger& in, code what) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (in.count(what) == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
}

/// Leaves this process one descriptor more than it has.
class one_descriptor_left {
public:
    one_descriptor_left() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(next);
        rlimit scarce = before_;
        scarce.rlim_cur = static_cast<rlim_t>(next) + 1;
        ::setrlimit(RLIMIT_NOFILE, &scarce);
    }
    one_descriptor_left(const one_descriptor_left&) = delete;
    one_descriptor_left& operator=(const one_descriptor_left&) = delete;
    ~one_descriptor_left() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_net_failures)

BOOST_AUTO_TEST_CASE(an_upgrade_past_the_cap_is_a_refused_handshake) {
    failure::ledger failures(failure::logger(), fixed_clock);
    http::site_options options;
    options.websockets = {1, 0};
    options.failures = &failures;
    server here(std::move(options));
    raw_client first(here.port());
    first.upgrade("/echo");
    raw_client second(here.port());
    second.send(upgrade_request("/echo"));
    BOOST_TEST(second.read_to_end().starts_with("HTTP/1.1 503 "));
    expect_failure(
        code::handshake_refused,
        failures,
        {.how = severity::warning,
         .of = code_class::security,
         .detail = "127.0.0.1: 503 Too many connections.",
         .from = "net/http/gate.cpp"}
    );
}

BOOST_AUTO_TEST_CASE(without_descriptors_accepting_fails_once_and_goes_on_later) {
    failure::ledger failures(failure::logger(), fixed_clock);
    listener_options how;
    how.failures = &failures;
    server here({}, std::move(how));
    std::unique_ptr<raw_client> client;
    {
        const one_descriptor_left scarce;
        client = std::make_unique<raw_client>(here.port());
        wait_for(failures, code::listener_accept_failed);
    }
    expect_failure(
        code::listener_accept_failed,
        failures,
        {.how = severity::error,
         .of = code_class::infrastructure,
         .detail = "cannot accept connections on 0.0.0.0:",
         .from = "net/listener.cpp"}
    );
    client->send(get("/healthz"));
    BOOST_TEST(client->read_to("alive\n").starts_with("HTTP/1.1 200 "));
}

BOOST_AUTO_TEST_SUITE_END()
