#include "core/registry/registry_watch.hpp"

#include "core/async/ask_all.hpp"
#include "core/async/sleep.hpp"
#include "core/session/line_list.hpp"
#include "core/session/session_list.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace clarion::registry {

namespace {

// Of each list in the log, and of each kind of difference in the ledger.
constexpr std::size_t logged_max = 100;
constexpr std::size_t named_max = 5;

void add_to(std::string& list, std::size_t& count, std::size_t count_max, std::string_view one) {
    if (count < count_max)
        list.append(count == 0 ? "" : ", ").append(one);
    ++count;
}

std::string ended(std::string list, std::size_t count, std::size_t count_max) {
    if (count > count_max)
        list += " and " + std::to_string(count - count_max) + " more";
    return list.empty() ? "nobody" : list;
}

std::string registry_line(const std::vector<shard_census>& shards) {
    std::string list;
    std::size_t count = 0;
    for (const shard_census& one : shards)
        for (const std::string& id : one.registered)
            add_to(list, count, logged_max, id);
    return "registry: " + ended(std::move(list), count, logged_max);
}

// Each with what it has of the four: coroutines, an open socket, a home, subscriptions.
std::string alive_line(const std::vector<shard_census>& shards) {
    std::string list;
    std::size_t count = 0;
    for (const shard_census& one : shards)
        for (const session::line_report& line : one.lines)
            add_to(
                list,
                count,
                logged_max,
                line.connection_id + " (" + std::to_string(line.coroutines) +
                    (line.is_open ? " coroutines, open)" : " coroutines, over)")
            );
    return "alive: " + ended(std::move(list), count, logged_max);
}

std::string home_line(const std::vector<shard_census>& shards) {
    std::string list;
    std::size_t count = 0;
    for (const shard_census& one : shards) {
        for (const std::string& id : one.home.visitors)
            add_to(list, count, logged_max, id);
        for (const auto& each : one.home.subscribers)
            add_to(list, count, logged_max, each.connection_id + " of " + each.thread_id);
    }
    return "at home and subscribed: " + ended(std::move(list), count, logged_max);
}

// "in the registry, but not at home: c_1, c_2; …"
std::string sentence_of(const std::set<difference>& lasting) {
    std::string text;
    for (auto at = lasting.begin(); at != lasting.end();) {
        const disagreement what = at->what;
        std::string list;
        std::size_t count = 0;
        for (; at != lasting.end() && at->what == what; ++at)
            add_to(list, count, named_max, at->where);
        text.append(words_of(what)).append(": ");
        text.append(ended(std::move(list), count, named_max)).append("; ");
    }
    return text;
}

}  // namespace

task<> registry_watch::run() {
    while (true) {
        co_await sleep_for(registry_interval);
        co_await look();
    }
}

task<std::vector<shard_census>> registry_watch::take_census() {
    std::function<shard_census(std::size_t)> question = [this](std::size_t index) {
        const executor& on = of_.shards[index];
        shard_census here;
        here.registered = on.owner().own<session::session_list>().connection_ids();
        here.lines = on.owner().own<session::line_list>().reports();
        here.live_lines = on.owner().own<session::line_list>().live_lines();
        if (of_.sockets)
            here.sockets = of_.sockets(on);
        here.home = of_.homes[index]->roll();
        return here;
    };
    const executor mine = co_await asio::this_coro::executor;
    const time_point deadline = mine.owner().now() + registry_answer_max;
    auto answers = co_await ask_all<shard_census>(of_.shards, std::move(question), deadline);
    std::vector<shard_census> shards;
    for (std::optional<shard_census>& one : answers)
        if (one)
            shards.push_back(*std::move(one));
    co_return shards;
}

task<> registry_watch::look() {
    const std::vector<shard_census> shards = co_await take_census();
    if (shards.size() < of_.shards.size())
        co_return;
    difference_set now;
    std::ranges::move(differences_of(shards), std::inserter(now, now.end()));
    difference_set lasting;
    std::ranges::set_intersection(now, before_, std::inserter(lasting, lasting.end()));
    if (!std::ranges::includes(lasting_, lasting))
        report(lasting, shards);
    before_ = std::move(now);
    lasting_ = std::move(lasting);
}

// Both lists whole, as far as a line goes: nobody can ask for them afterwards.
void registry_watch::report(const difference_set& lasting, const std::vector<shard_census>& shards)
    const {
    failures_.report(failure::code::registry_corrupt, {}, sentence_of(lasting) + sums_of(shards));
    failures_.log().error(registry_line(shards));
    failures_.log().error(alive_line(shards));
    failures_.log().error(home_line(shards));
}

}  // namespace clarion::registry
