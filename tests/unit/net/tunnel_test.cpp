#include "net/tunnel.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace clarion::net;

BOOST_AUTO_TEST_SUITE(tunnel)

BOOST_AUTO_TEST_CASE(a_proxy_is_asked_for_host_and_port) {
    BOOST_TEST(
        connect_request({"api.example.com", 443, ""}) ==
        "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n"
    );
    BOOST_TEST(
        connect_request({"::1", 8443, "Basic eDp5"}) ==
        "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\nProxy-Authorization: Basic eDp5\r\n\r\n"
    );
}

BOOST_AUTO_TEST_CASE(any_2xx_opens_it) {
    BOOST_TEST(!refusal_in("HTTP/1.1 200 Connection established\r\n\r\n"));
    BOOST_TEST(!refusal_in("HTTP/1.0 204\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(anything_else_is_told) {
    BOOST_TEST(
        *refusal_in("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") ==
        "refused with status 407"
    );
    for (const char* answer : {"", "SSH-2.0\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 2x0\r\n\r\n"})
        BOOST_TEST(*refusal_in(answer) == "does not speak HTTP");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
