#include "app/outgoing_http.hpp"

#include "app/version.hpp"
#include "net/http/proxy_rules.hpp"
#include "net/tls_stream.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

// The lower-case name first, as curl has it.
std::string variable(const char* lower, const char* upper) {
    for (const char* name : {lower, upper})
        if (const char* const value = std::getenv(name))
            return value;
    return {};
}

}  // namespace

http::client_options outgoing_http(outgoing_tls tls) {
    auto read = http::proxy_rules::read({
        variable("http_proxy", "HTTP_PROXY"),
        variable("https_proxy", "HTTPS_PROXY"),
        variable("no_proxy", "NO_PROXY"),
    });
    if (auto* const wrong = std::get_if<std::string>(&read))
        throw std::runtime_error(*wrong);
    http::client_options made;
    made.proxies = std::get<http::proxy_rules>(std::move(read));
    made.user_agent = server_name();
    if (tls == outgoing_tls::on)
        made.tls = net::make_tls_client_context("");
    return made;
}

}  // namespace clarion::app
