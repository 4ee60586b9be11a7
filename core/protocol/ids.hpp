#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace clarion::protocol {

inline constexpr std::size_t id_bytes_max = 128;

/// The charset of user and thread ids, `[A-Za-z0-9_.:-]{1,128}` (PROTOCOL §2).
constexpr bool is_valid_id(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '.' || c == ':' || c == '-';
    };
    return !id.empty() && id.size() <= id_bytes_max && std::ranges::all_of(id, allowed);
}

/// Threads are scoped to their user: two users may use the same thread id and never meet.
struct thread_key {
    std::string user_id;
    std::string thread_id;

    friend auto operator<=>(const thread_key&, const thread_key&) = default;
};

}  // namespace clarion::protocol
