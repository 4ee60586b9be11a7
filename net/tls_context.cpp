#include "net/tls_context.hpp"

#include <array>
#include <cstddef>

#include <openssl/ssl.h>

namespace clarion::net {

namespace {

namespace ssl = asio::ssl;

// A length byte, then the name (RFC 7301 section 3.1).
constexpr std::array<unsigned char, 9> alpn_http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(
    SSL* /*connection*/,
    const unsigned char** chosen,
    unsigned char* chosen_bytes,
    const unsigned char* offered,
    unsigned int offered_bytes,
    void* /*context*/
) {
    // OpenSSL's own signature lacks const for the answer.
    unsigned char* answer = nullptr;
    const int found = SSL_select_next_proto(
        &answer,
        chosen_bytes,
        alpn_http_1_1.data(),
        static_cast<unsigned int>(alpn_http_1_1.size()),
        offered,
        offered_bytes
    );
    *chosen = answer;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

ssl::context with_our_rules(ssl::context::method side) {
    ssl::context context(side);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.set_options(
        ssl::context::default_workarounds | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION
    );
    // An idle connection gives its record buffers back, about 34 KiB.
    SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    return context;
}

void demand(const boost::system::error_code& error, const std::string& what) {
    if (error)
        throw tls_error("cannot use the TLS " + what + ": " + reason_of(error));
}

}  // namespace

tls_context_ptr make_tls_server_context(const certificate_files& files) {
    ssl::context context = with_our_rules(ssl::context::tls_server);
    boost::system::error_code error;
    // Without this OpenSSL would ask the terminal for the pass phrase of an encrypted key.
    const auto no_pass_phrase = [](std::size_t, ssl::context::password_purpose) {
        return std::string();
    };
    context.set_password_callback(no_pass_phrase, error);
    context.use_certificate_chain_file(files.chain, error);
    demand(error, "certificate " + files.chain);
    // Fails also for a key that does not belong to the certificate.
    context.use_private_key_file(files.key, ssl::context::pem, error);
    demand(error, "key " + files.key);
    SSL_CTX_set_alpn_select_cb(context.native_handle(), choose_protocol, nullptr);
    return std::make_shared<tls_context>(std::move(context));
}

tls_context_ptr make_tls_client_context(const std::string& authorities) {
    ssl::context context = with_our_rules(ssl::context::tls_client);
    boost::system::error_code error;
    if (authorities.empty())
        context.set_default_verify_paths(error);
    else
        context.load_verify_file(authorities, error);
    demand(error, authorities.empty() ? "authorities of the system" : "authorities " + authorities);
    context.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_alpn_protos(
        context.native_handle(),
        alpn_http_1_1.data(),
        static_cast<unsigned>(alpn_http_1_1.size())
    );
    return std::make_shared<tls_context>(std::move(context));
}

tls_context_ptr make_unchecked_tls_client_context() {
    ssl::context context = with_our_rules(ssl::context::tls_client);
    context.set_verify_mode(ssl::verify_none);
    return std::make_shared<tls_context>(std::move(context));
}

}  // namespace clarion::net
