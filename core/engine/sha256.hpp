#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace clarion::engine {

/// A running SHA-256 (FIPS 180-4), by OpenSSL. Throws std::bad_alloc when OpenSSL has no memory.
class sha256 {
public:
    sha256();

    void update(std::string_view bytes);
    /// Of what came so far, as lower-case hex; more may follow.
    std::string hex() const;

private:
    struct release {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    using context = std::unique_ptr<evp_md_ctx_st, release>;
    static context make_context();

    context context_;
};

/// The digest of one text.
std::string sha256_hex(std::string_view bytes);

}  // namespace clarion::engine
