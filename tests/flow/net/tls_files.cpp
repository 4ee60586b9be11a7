#include "tests/flow/net/tls_files.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

namespace clarion::net::test {

namespace {

void demand(bool holds, const char* step) {
    if (!holds)
        throw std::runtime_error(std::string("cannot make a certificate: ") + step);
}

struct file_closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using file_ptr = std::unique_ptr<std::FILE, file_closer>;

struct openssl_deleter {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};

void add_extension(X509* certificate, int kind, const char* value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, openssl_deleter> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value)
    );
    demand(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value);
}

}  // namespace

tls_files::tls_files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clarion-tls-XXXXXX").string();
    demand(::mkdtemp(pattern.data()) != nullptr, "folder");
    folder_ = pattern;
    const std::unique_ptr<EVP_PKEY, openssl_deleter> key(EVP_EC_gen("P-256"));
    demand(key != nullptr, "key");
    const std::unique_ptr<X509, openssl_deleter> certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    const std::string common_name = "localhost";
    X509_NAME_add_entry_by_txt(
        name,
        "CN",
        MBSTRING_UTF8,
        reinterpret_cast<const unsigned char*>(common_name.c_str()),
        -1,
        -1,
        0
    );
    X509_set_issuer_name(certificate.get(), name);
    add_extension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");
    const file_ptr chain(std::fopen(paths().chain.c_str(), "w"));
    demand(chain && PEM_write_X509(chain.get(), certificate.get()) == 1, "file");
    const file_ptr secret(std::fopen(paths().key.c_str(), "w"));
    demand(
        secret &&
            PEM_write_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
                1,
        "key file"
    );
}

tls_files::~tls_files() {
    std::error_code left_behind;
    std::filesystem::remove_all(folder_, left_behind);
}

}  // namespace clarion::net::test
