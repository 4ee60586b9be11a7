#include "net/http/reach.hpp"

#include <utility>
#include <variant>

namespace clarion::http {

namespace {

constexpr std::size_t body_bytes_max = 65536;

// What a proxy or a server that has no room says.
bool is_away(unsigned status) {
    return status == 502 || status == 503 || status == 504;
}

// So that the connection can be kept for the next time.
task<> read_to_the_end(exchange& of, time_point by) {
    std::size_t bytes = 0;
    while (bytes < body_bytes_max) {
        const body_step step = co_await of.read(by);
        const auto* piece = std::get_if<std::string>(&step);
        if (piece == nullptr)
            co_return;
        bytes += piece->size();
    }
}

}  // namespace

task<std::optional<std::string>>
reach(client& over, client_request asked, key_refusal refused, time_point by) {
    using result = std::optional<std::string>;
    const client_deadlines until{by, by};
    exchange_result sent = co_await over.send(std::move(asked), until);
    if (const auto* fault = std::get_if<exchange_failure>(&sent))
        co_return result(fault->message);
    const exchange_ptr answered = std::get<exchange_ptr>(std::move(sent));
    const unsigned status = answered->head().status;
    co_await read_to_the_end(*answered, by);
    if (refused == key_refusal::counts && (status == 401 || status == 403))
        co_return result("it refuses the key (HTTP " + std::to_string(status) + ")");
    if (is_away(status))
        co_return result("it cannot serve now (HTTP " + std::to_string(status) + ")");
    co_return result();
}

}  // namespace clarion::http
