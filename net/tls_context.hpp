#pragma once

#include "net/tls_stream.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <utility>

#include <openssl/x509.h>

namespace clarion::net {

/// Only for tls_stream.cpp and tls_context.cpp: everyone else holds a `tls_context_ptr`.
class tls_context {
public:
    explicit tls_context(asio::ssl::context native) : native_(std::move(native)) {}
    asio::ssl::context& native() { return native_; }

    /// The only certificate that the other end may show; kept for the callback that compares.
    void pin(X509* certificate);

private:
    struct give_back {
        void operator()(X509* certificate) const { X509_free(certificate); }
    };

    asio::ssl::context native_;
    std::unique_ptr<X509, give_back> pinned_;
};

}  // namespace clarion::net
