#pragma once

#include "core/conversation/home_roll.hpp"
#include "core/session/line_list.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::registry {

/// What one shard has, as of one turn.
struct shard_census {
    /// The registry: connection ids of its established sessions.
    std::vector<std::string> registered;
    /// Its connections below their sessions.
    std::vector<session::line_report> lines;
    /// How many of them have live coroutines, by the list of coroutines alone.
    std::size_t live_lines = 0;
    /// Its open TCP connections of any kind; nothing where nobody counts them.
    std::optional<std::int64_t> sockets;
    /// Its users' home.
    conversation::home_roll home;
};

/// In which two lists do not agree.
enum class disagreement : std::uint8_t {
    registered_without_coroutine,
    registered_without_socket,
    registered_not_at_home,
    at_home_not_registered,
    subscribed_not_registered,
    subscribed_and_forgotten,
    coroutines_miscounted,
    sockets_miscounted,
};
/// The words of a sentence about it.
std::string_view words_of(disagreement what);

/// One thing that stands in one list and not in the other.
struct difference {
    disagreement what{};
    /// A connection id, with its thread for a subscription; a shard for what is only counted.
    std::string where;

    friend auto operator<=>(const difference&, const difference&) = default;
};

/// In order, each once. What is under way between shards differs for a moment: only what is found
/// again later is wrong.
std::vector<difference> differences_of(const std::vector<shard_census>& shards);

/// How many there are in each list: "registry 5, coroutines 5, sockets 5, at home 4, …".
std::string sums_of(const std::vector<shard_census>& shards);

}  // namespace clarion::registry
