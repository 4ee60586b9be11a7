#include "app/config/address_forms.hpp"

#include <boost/test/unit_test.hpp>

namespace clarion::app::test {

BOOST_AUTO_TEST_SUITE(address_forms)

BOOST_AUTO_TEST_CASE(a_host_and_port_are_taken_apart) {
    BOOST_TEST((parse_host_port("127.0.0.1:8080") == host_port{"127.0.0.1", 8080}));
    BOOST_TEST((parse_host_port("[::1]:0") == host_port{"::1", 0}));
    BOOST_TEST((parse_host_port("localhost:65535") == host_port{"localhost", 65535}));
    for (const auto* text : {"",        ":",     "8080",   "a",     "a:",    ":1",      "a:65536",
                             "a:-1",    "a:+1",  "a:1 ",   " a:1",  "a b:1", "::1:80",  "[::1]",
                             "[::1:80", "[]:80", "[a]:80", "a:0x1", "a/b:1", "[::1]x:1"})
        BOOST_TEST(!parse_host_port(text), text);
}

BOOST_AUTO_TEST_CASE(an_origin_has_scheme_and_host_and_nothing_behind) {
    for (const auto* text :
         {"http://localhost",
          "https://chat.example.org",
          "http://127.0.0.1:81",
          "http://[::1]",
          "https://[::1]:8443",
          "chrome-extension://abc"})
        BOOST_TEST(is_origin(text), text);
    for (const auto* text :
         {"",
          "*",
          "null",
          "example.org",
          "//example.org",
          "http://",
          "https://a/",
          "https://a/b",
          "https://a?b",
          "https://a:port",
          "https://u@a",
          "1a://b",
          "https://a b",
          "https://a,b"})
        BOOST_TEST(!is_origin(text), text);
}

BOOST_AUTO_TEST_CASE(a_network_has_an_address_and_a_prefix_that_fits) {
    for (const auto* text : {"10.0.0.0/8", "0.0.0.0/0", "192.168.1.1/32", "::/0", "fd00::/128"})
        BOOST_TEST(is_network(text), text);
    for (const auto* text :
         {"",
          "10.0.0.0",
          "10.0.0/8",
          "10.0.0.0/33",
          "::/129",
          "10.0.0.0/",
          "/8",
          "a/8",
          "::1/-1",
          "10.0.0.0/8/8"})
        BOOST_TEST(!is_network(text), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::app::test
