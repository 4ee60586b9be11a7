#include "core/canary/canary_pass.hpp"

#include "core/async/system_secret.hpp"
#include "core/session/base64url.hpp"

#include <algorithm>
#include <cstddef>

#include <openssl/crypto.h>

namespace clarion::canary {

namespace {

// So that whatever users send is told apart at a glance: no token begins so.
constexpr std::string_view prefix = "~canary.";
constexpr std::size_t secret_bytes = 32;

std::string draw() {
    const std::string secret = system_secret(secret_bytes);
    return secret.empty() ? secret : std::string(prefix) + session::to_base64url(secret);
}

bool is_same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

pass::ticket::~ticket() {
    if (of_ != nullptr)
        (void)of_->take(credential_);
}

pass::ticket pass::issue(std::string user_id) {
    std::string credential = draw();
    const std::lock_guard lock(mutex_);
    if (!credential.empty())
        issued_.push_back({credential, std::move(user_id)});
    return ticket(*this, std::move(credential));
}

pass::entries::const_iterator pass::find(std::string_view credential) const {
    if (!credential.starts_with(prefix))
        return issued_.end();
    return std::ranges::find_if(issued_, [credential](const entry& one) {
        return is_same(one.credential, credential);
    });
}

bool pass::knows(std::string_view credential) const {
    const std::lock_guard lock(mutex_);
    return find(credential) != issued_.end();
}

std::optional<std::string> pass::take(std::string_view credential) {
    const std::lock_guard lock(mutex_);
    const auto found = find(credential);
    if (found == issued_.end())
        return std::nullopt;
    std::string user_id = found->user_id;
    issued_.erase(found);
    return user_id;
}

}  // namespace clarion::canary
