// Requests that are answered by a stream.
#include "core/protocol/ids.hpp"
#include "net/http/gate.hpp"
#include "net/http/upgrade.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace clarion::http {

std::optional<response> gate::judge_stream(const request& asked, const caller& from) const {
    const site_options& options = site_->options();
    const auto by = from.is_through_trusted_proxy ? forwarding::trusted : forwarding::unknown;
    if (auto refusal = refused_origin(asked.headers, options.origins, by))
        return refusal;
    if (asked.method != "POST") {
        response answer = plain_response(405, "This address is asked with POST.");
        answer.headers.push_back({"Allow", "POST"});
        return answer;
    }
    if (site_->is_draining())
        return unavailable("This server is going away.", options.retry_after_s);
    if (site_->is_out_of_memory())
        return unavailable("This server has no memory for more.", options.retry_after_s);
    if (options.mode == authentication::on && !credential_of(asked))
        return plain_response(401, "A token is needed: Authorization: Bearer.");
    const std::string_view type = asked.headers.find("Content-Type").value_or("");
    if (!equals_ignoring_case(type.substr(0, type.find(';')), "application/json"))
        return plain_response(415, "The body has to be application/json.");
    const auto user = asked.query.find("user");
    if (options.mode == authentication::off && user != asked.query.end() &&
        !protocol::is_valid_id(user->second))
        return plain_response(400, "The user is no valid id ([A-Za-z0-9_.:-], 1 to 128).");
    return std::nullopt;
}

// A body is read for nobody whose token is not worth anything.
task<std::optional<response>>
gate::judge_credential(const request& asked, const std::string& address) const {
    using result = std::optional<response>;
    const site_options& options = site_->options();
    auto credential = credential_of(asked);
    if (options.mode == authentication::off || !options.objection || !credential ||
        options.is_own(*credential))
        co_return result();
    const auto objection = co_await options.objection(*std::move(credential));
    if (!objection)
        co_return result();
    if (options.failures != nullptr)
        options.failures->report(failure::code::unauthorized, {}, address + ": " + *objection);
    co_return result(plain_response(401, *objection));
}

task<std::optional<response>> gate::read_input(request_source& source, std::size_t bytes_max)
    const {
    using result = std::optional<response>;
    if (!source.has_body())
        co_return result(plain_response(400, "A body is needed."));
    const executor on = co_await asio::this_coro::executor;
    const time_point deadline = on.owner().now() + site_->options().limits.body_timeout;
    body_result body = co_await source.read_body(bytes_max, deadline);
    if (auto* refusal = std::get_if<response>(&body))
        co_return result(std::move(*refusal));
    if (std::holds_alternative<no_request>(body))
        co_return result(plain_response(400, "The body is not whole."));
    co_return result();
}

task<> gate::open_stream(
    net::byte_stream& stream,
    request_source& source,
    const stream_endpoint& endpoint,
    early_place place
) {
    auto known =
        client_of(stream.remote_address(), source.head().headers, site_->options().trusted_proxies);
    std::optional<response> refusal;
    if (auto* unknown = std::get_if<response>(&known))
        refusal = std::move(*unknown);
    else
        refusal = judge_stream(source.head(), std::get<caller>(known));
    if (!refusal)
        refusal = co_await judge_credential(source.head(), std::get<caller>(known).address);
    if (!refusal)
        refusal = co_await read_input(source, endpoint.body_bytes_max);
    if (refusal)
        co_return co_await refuse(stream, *std::move(refusal));
    const std::string& address = std::get<caller>(known).address;
    const std::optional<admission::place> entered = site_->websockets().enter(address);
    if (!entered) {
        response full = unavailable("Too many connections.", site_->options().retry_after_s);
        co_return co_await refuse(stream, std::move(full));
    }
    request asked = source.take();
    session::upgrade_request who;
    who.remote_address = address;
    who.credential = credential_of(asked);
    who.place_before_session = std::move(place);
    const auto user = asked.query.find("user");
    if (site_->options().mode == authentication::off && user != asked.query.end())
        who.user = user->second;
    co_await endpoint.serve(stream, std::move(asked), who);
}

}  // namespace clarion::http
