#include "core/async/system_secret.hpp"

#include <unistd.h>

namespace clarion {

std::string system_secret(std::size_t bytes) {
    std::string secret(bytes, '\0');
    if (::getentropy(secret.data(), secret.size()) != 0)
        return {};
    return secret;
}

}  // namespace clarion
