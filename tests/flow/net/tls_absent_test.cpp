#include "net/tls_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace {

using namespace clarion::net;

bool says_what_to_change(const tls_error& error) {
    const std::string said = error.what();
    return said.find("cert.pem") != std::string::npos &&
           said.find("CLARION_TLS") != std::string::npos && said.find('\n') == std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tls_absent)

BOOST_AUTO_TEST_CASE(a_certificate_is_refused_in_one_line_that_names_it) {
    BOOST_CHECK_EXCEPTION(
        (void)make_tls_server_context({"cert.pem", "key.pem"}),
        tls_error,
        says_what_to_change
    );
}

BOOST_AUTO_TEST_CASE(nothing_is_dialled_over_tls) {
    BOOST_CHECK_THROW((void)make_tls_client_context(""), tls_error);
}

BOOST_AUTO_TEST_SUITE_END()
