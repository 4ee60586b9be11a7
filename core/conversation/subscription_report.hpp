#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::conversation {

enum class subscription_state : std::uint8_t { replaying, live };
constexpr std::string_view names_of(subscription_state) {
    return "replaying|live";
}

/// One session's subscription to one thread, for an operator.
struct subscription_report {
    std::string connection_id;
    std::string thread_id;
    subscription_state state = subscription_state::live;
    /// What the client has acknowledged, if it ever did.
    std::optional<std::int64_t> acked_seq{};
};

}  // namespace clarion::conversation
