#include "net/tls_context.hpp"

#include <array>
#include <cstddef>
#include <ctime>

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

// Instead of a chain's verification: who pins knows the certificate already.
int is_pinned(X509_STORE_CTX* shown, void* pinned) {
    const X509* const leaf = X509_STORE_CTX_get0_cert(shown);
    if (leaf != nullptr && X509_cmp(leaf, static_cast<const X509*>(pinned)) == 0) {
        X509_STORE_CTX_set_error(shown, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(shown, X509_V_ERR_CERT_REJECTED);
    return 0;
}

void demand(const boost::system::error_code& error, const std::string& what) {
    if (error)
        throw tls_error("cannot use the TLS " + what + ": " + reason_of(error));
}

}  // namespace

void tls_context::pin(X509* certificate) {
    X509_up_ref(certificate);
    pinned_.reset(certificate);
    SSL_CTX_set_cert_verify_callback(native_.native_handle(), is_pinned, certificate);
}

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

tls_context_ptr make_pinned_tls_client_context(const tls_context_ptr& server) {
    X509* const shown = SSL_CTX_get0_certificate(server->native().native_handle());
    if (shown == nullptr)
        throw tls_error("cannot pin the TLS certificate: the server shows none");
    ssl::context context = with_our_rules(ssl::context::tls_client);
    context.set_verify_mode(ssl::verify_peer);
    auto made = std::make_shared<tls_context>(std::move(context));
    made->pin(shown);
    return made;
}

std::optional<std::string>
objection_to_certificate(const tls_context_ptr& server, std::int64_t wall_ms) {
    const X509* const shown = SSL_CTX_get0_certificate(server->native().native_handle());
    if (shown == nullptr)
        return "there is no certificate";
    std::time_t now = wall_ms / 1000;
    if (X509_cmp_time(X509_get0_notAfter(shown), &now) <= 0)
        return "the certificate has expired";
    if (X509_cmp_time(X509_get0_notBefore(shown), &now) > 0)
        return "the certificate is not valid yet";
    return std::nullopt;
}

}  // namespace clarion::net
