#include "app/config/safety.hpp"

#include "app/config/address_forms.hpp"
#include "app/config/agent_checks.hpp"
#include "app/config/complaint.hpp"
#include "core/session/key_set.hpp"
#include "core/session/token_secret.hpp"

#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>
#include <variant>

namespace clarion::app {

namespace {

using complaint = std::optional<std::string>;

bool is_loopback(const std::string& listen) {
    const auto address = parse_host_port(listen);
    return address && names_loopback(*address);
}

complaint check_secret(const std::string& path) {
    const auto read = session::read_token_secret(path);
    if (const auto* refused = std::get_if<session::secret_refused>(&read))
        return "--jwt-secret-file: " + on_one_line(refused->why);
    return std::nullopt;
}

complaint check_keys(const std::string& path) {
    const auto read = session::read_key_set(path);
    if (const auto* refused = std::get_if<session::key_set_refused>(&read))
        return "--jwks: " + on_one_line(refused->why);
    return std::nullopt;
}

complaint check_tokens(const server_settings& checked) {
    const bool has_secret = !checked.jwt_secret_file.empty();
    const bool has_keys = !checked.jwks.empty();
    if (checked.auth != auth_mode::jwt) {
        if (!has_secret && !has_keys)
            return std::nullopt;
        return std::string(has_secret ? "--jwt-secret-file" : "--jwks") +
               " has no effect while authentication is off: switch it on with --auth jwt, or "
               "leave the file out";
    }
    if (!has_secret && !has_keys)
        return "--auth jwt needs what checks the tokens: give --jwt-secret-file or --jwks";
    if (has_secret)
        if (auto fault = check_secret(checked.jwt_secret_file))
            return fault;
    return has_keys ? check_keys(checked.jwks) : std::nullopt;
}

complaint check_listener(const server_settings& checked) {
    if (checked.auth != auth_mode::none || checked.insecure || is_loopback(checked.listen))
        return std::nullopt;
    return "--listen " + on_one_line(checked.listen) +
           " would let everybody in, because authentication is off: listen on 127.0.0.1, switch "
           "it on with --auth, or accept the risk with --insecure";
}

complaint check_admin(const server_settings& checked) {
    if (checked.admin.empty() || checked.insecure || is_loopback(checked.admin))
        return std::nullopt;
    return "--admin " + on_one_line(checked.admin) +
           " would let everybody in, because the admin listener has no authentication: put it on "
           "127.0.0.1, switch it off with --admin off, or accept the risk with --insecure";
}

complaint check_readable(std::string_view flag, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (file && file.peek() != std::ifstream::traits_type::eof())
        return std::nullopt;
    // An empty file opens and ends without an error.
    const bool is_empty = file.is_open() && !file.bad();
    const std::string why = is_empty ? "it is empty" : std::generic_category().message(errno);
    return std::string(flag) + ": " + on_one_line(path) + " cannot be read: " + why;
}

complaint check_tls(const server_settings& checked) {
    if (checked.tls_cert.empty() && checked.tls_key.empty())
        return std::nullopt;
    if (checked.tls_key.empty())
        return "--tls-cert needs its private key: give --tls-key too";
    if (checked.tls_cert.empty())
        return "--tls-key needs its certificate: give --tls-cert too";
    if (auto fault = check_readable("--tls-cert", checked.tls_cert))
        return fault;
    return check_readable("--tls-key", checked.tls_key);
}

}  // namespace

std::optional<std::string> unsafe_settings(const settings& checked) {
    if (auto fault = check_tokens(checked.server))
        return fault;
    if (auto fault = check_listener(checked.server))
        return fault;
    if (auto fault = check_admin(checked.server))
        return fault;
    if (auto fault = check_tls(checked.server))
        return fault;
    return wrong_agents(checked);
}

}  // namespace clarion::app
