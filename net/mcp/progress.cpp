#include "net/mcp/progress.hpp"

#include "core/protocol/utf8.hpp"

#include <cmath>
#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

constexpr std::size_t words_bytes_max = 1024;

std::optional<double> number_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    if (member == nullptr || !member->is_number())
        return std::nullopt;
    const double number = member->to_number<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<told_progress> progress_in(const rpc_notification& notification) {
    if (notification.method != "notifications/progress")
        return std::nullopt;
    const auto* const token = notification.params.if_contains("progressToken");
    if (token == nullptr || !token->is_int64())
        return std::nullopt;
    told_progress read;
    read.token = token->get_int64();
    read.how_far.done = number_in(notification.params, "progress").value_or(0);
    read.how_far.total = number_in(notification.params, "total");
    std::string message = text_in(notification.params, "message").value_or("");
    if (message.size() > words_bytes_max)
        message.resize(words_bytes_max);
    message.resize(protocol::utf8_prefix_bytes(message));
    read.how_far.message = std::move(message);
    return read;
}

void ask_for_progress(json::object& params, std::int64_t id) {
    json::value& meta = params["_meta"];
    if (!meta.is_object())
        meta = json::object();
    meta.get_object()["progressToken"] = id;
}

ask_outcome outcome_of(const rpc_response& response) {
    if (const auto* const error = std::get_if<rpc_error>(&response.outcome))
        return *error;
    return std::get<json::object>(response.outcome);
}

}  // namespace clarion::mcp
