#pragma once

#include "net/tls_stream.hpp"

#include <boost/asio/ssl/context.hpp>

#include <utility>

namespace clarion::net {

/// Only for tls_stream.cpp and tls_context.cpp: everyone else holds a `tls_context_ptr`.
class tls_context {
public:
    explicit tls_context(asio::ssl::context native) : native_(std::move(native)) {}
    asio::ssl::context& native() { return native_; }

private:
    asio::ssl::context native_;
};

}  // namespace clarion::net
