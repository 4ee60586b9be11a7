#include "core/registry/registry_census.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace clarion::registry {

namespace {

using id_set = std::unordered_set<std::string_view>;

constexpr std::array<std::string_view, 8> words{
    "in the registry, but no coroutine of theirs is alive",
    "in the registry, but their sockets have ended",
    "in the registry, but not at home",
    "at home, but not in the registry",
    "subscribed, but not in the registry",
    "subscribed, but their home would not end it",
    "more lines than live groups of coroutines",
    "more lines than open sockets",
};

class comparison {
public:
    explicit comparison(const std::vector<shard_census>& shards) : shards_(shards) {
        for (const shard_census& one : shards_) {
            registered_.insert(one.registered.begin(), one.registered.end());
            at_home_.insert(one.home.visitors.begin(), one.home.visitors.end());
            for (const session::line_report& line : one.lines)
                lines_.emplace(line.connection_id, &line);
        }
    }

    std::vector<difference> run() {
        for (std::size_t index = 0; index < shards_.size(); ++index) {
            look_at_sessions(shards_[index]);
            look_at_home(shards_[index].home);
            count(shards_[index], "shard " + std::to_string(index));
        }
        std::ranges::sort(found_);
        const auto same = std::ranges::unique(found_);
        found_.erase(same.begin(), same.end());
        return std::move(found_);
    }

private:
    void look_at_sessions(const shard_census& here) {
        for (const std::string& id : here.registered) {
            const auto line = lines_.find(id);
            if (line == lines_.end() || line->second->coroutines == 0)
                note(disagreement::registered_without_coroutine, id);
            else if (!line->second->is_open)
                note(disagreement::registered_without_socket, id);
            if (!at_home_.contains(id))
                note(disagreement::registered_not_at_home, id);
        }
    }

    void look_at_home(const conversation::home_roll& home) {
        for (const std::string& id : home.visitors)
            if (!registered_.contains(id))
                note(disagreement::at_home_not_registered, id);
        for (const auto& one : home.subscribers) {
            const std::string place = one.connection_id + " of " + one.thread_id;
            if (!registered_.contains(one.connection_id))
                note(disagreement::subscribed_not_registered, place);
            else if (!one.is_remembered)
                note(disagreement::subscribed_and_forgotten, place);
        }
    }

    void count(const shard_census& here, const std::string& shard) {
        const auto live = std::ranges::count_if(here.lines, [](const session::line_report& line) {
            return line.coroutines > 0;
        });
        if (static_cast<std::size_t>(live) > here.live_lines)
            note(disagreement::coroutines_miscounted, shard);
        if (here.sockets && *here.sockets < static_cast<std::int64_t>(here.lines.size()))
            note(disagreement::sockets_miscounted, shard);
    }

    void note(disagreement what, std::string where) { found_.push_back({what, std::move(where)}); }

    const std::vector<shard_census>& shards_;
    id_set registered_;
    id_set at_home_;
    std::unordered_map<std::string_view, const session::line_report*> lines_;
    std::vector<difference> found_;
};

}  // namespace

std::string_view words_of(disagreement what) {
    return words[static_cast<std::size_t>(what)];
}

std::vector<difference> differences_of(const std::vector<shard_census>& shards) {
    return comparison(shards).run();
}

std::string sums_of(const std::vector<shard_census>& shards) {
    std::size_t registered = 0;
    std::size_t lines = 0;
    std::size_t live = 0;
    std::size_t visitors = 0;
    std::size_t subscribers = 0;
    std::int64_t sockets = 0;
    for (const shard_census& one : shards) {
        registered += one.registered.size();
        lines += one.lines.size();
        live += one.live_lines;
        sockets += one.sockets.value_or(0);
        visitors += one.home.visitors.size();
        subscribers += one.home.subscribers.size();
    }
    return "registry " + std::to_string(registered) + ", lines " + std::to_string(lines) +
           ", with live coroutines " + std::to_string(live) + ", sockets " +
           std::to_string(sockets) + ", at home " + std::to_string(visitors) + ", subscriptions " +
           std::to_string(subscribers);
}

}  // namespace clarion::registry
