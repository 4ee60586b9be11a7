#pragma once

#include "net/tls_stream.hpp"

#include <string>

namespace clarion::net::test {

/// A self-signed certificate for localhost and 127.0.0.1, made for one test and deleted after it.
class tls_files {
public:
    tls_files();
    tls_files(const tls_files&) = delete;
    tls_files& operator=(const tls_files&) = delete;
    ~tls_files();

    certificate_files paths() const { return {folder_ + "/certificate.pem", folder_ + "/key.pem"}; }

private:
    std::string folder_;
};

}  // namespace clarion::net::test
