#pragma once

#include "net/dial.hpp"
#include "net/http/url.hpp"
#include "net/ip_network.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::http {

/// The values of the variables of that name, in either case; empty when they are not set.
struct proxy_environment {
    std::string http_proxy;
    std::string https_proxy;
    std::string no_proxy;
};

using proxy = net::proxy_hop;

/// Which proxy a request goes through, by the conventions of curl and Go: NO_PROXY is a list of
/// names (a name stands for those below it, too), addresses, networks, each with a port or without,
/// or `*`. Loopback is never asked for through a proxy.
class proxy_rules {
public:
    /// No proxies.
    proxy_rules() = default;
    /// A sentence that names the variable when a proxy cannot be used: not http://, or no host.
    [[nodiscard]] static std::variant<proxy_rules, std::string> read(const proxy_environment& from);

    [[nodiscard]] const proxy* find(const url& target) const;

private:
    struct exception {
        std::string name;  ///< in lower case, without a leading dot; or an address
        std::optional<net::ip_network> network;
        std::optional<std::uint16_t> port;
    };

    void add_exception(std::string_view text);
    [[nodiscard]] bool is_excepted(const url& target) const;

    std::optional<proxy> http_;
    std::optional<proxy> https_;
    std::vector<exception> exceptions_;
    bool excepts_all_ = false;
};

}  // namespace clarion::http
