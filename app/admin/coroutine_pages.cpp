#include "app/admin/debug_pages.hpp"
#include "app/admin/json_list.hpp"
#include "app/admin/snapshot.hpp"
#include "core/async/source_place.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace clarion::app {

namespace {

/// What the log gets of one group.
constexpr std::size_t logged_tasks_max = 16;

struct shard_tree {
    live_tree tree;
    time_point now;
};

struct shard_trace {
    std::uint64_t noted = 0;
    std::vector<task_trace> entries;
    time_point now;
};

std::int64_t ms_between(time_point before, time_point after) {
    return std::chrono::duration_cast<milliseconds>(after - before).count();
}

task<std::vector<std::optional<shard_tree>>> ask_trees(const observed& server) {
    std::function<shard_tree(std::size_t)> question = [&server](std::size_t index) {
        scheduler& on = server.shards[index].owner();
        return shard_tree{on.tasks().tree(live_bounds{}), on.now()};
    };
    co_return co_await ask_shards(server, std::move(question));
}

/// A page of one object for each shard; `{"shard":N,"silent":true}` for one that did not answer.
template <class Answer, class Write>
std::string shards_json(const std::vector<std::optional<Answer>>& answers, Write write) {
    std::size_t shard = 0;
    const auto write_shard =
        [&shard, &write](protocol::object_writer& object, const std::optional<Answer>& answer) {
            object("shard", shard++);
            if (answer)
                write(object, *answer);
            else
                object("silent", true);
        };
    std::string out;
    protocol::object_writer page(out);
    page("shards", json_list(answers, write_shard));
    page.end();
    return out;
}

void write_tree(protocol::object_writer& object, const shard_tree& shown) {
    const auto write_task = [&shown](protocol::object_writer& task, const live_task& one) {
        task("spawned_in", function_of(one.spawned_at));
        task("spawned_at", place_of(one.spawned_at));
        task("age_ms", ms_between(one.since, shown.now));
    };
    const auto write_group = [&write_task](protocol::object_writer& group, const live_group& one) {
        group("made_in", function_of(one.made_at));
        group("made_at", place_of(one.made_at));
        group("tasks_count", one.tasks_count);
        group("tasks", json_list(one.tasks, write_task));
    };
    object("groups_count", shown.tree.groups_count);
    object("groups", json_list(shown.tree.groups, write_group));
}

void write_trace(protocol::object_writer& object, const shard_trace& shown) {
    const auto write_entry = [&shown](protocol::object_writer& entry, const task_trace& one) {
        entry("what", one.what);
        entry("age_ms", ms_between(one.at, shown.now));
        entry("spawned_in", function_of(one.spawned_at));
        entry("spawned_at", place_of(one.spawned_at));
    };
    object("noted_count", shown.noted);
    object("entries", json_list(shown.entries, write_entry));
}

std::string line_about(std::size_t shard, const live_group& group, time_point now) {
    std::string line = "coroutines of shard " + std::to_string(shard) + ": " +
                       function_of(group.made_at) + " at " + place_of(group.made_at) + " owns " +
                       std::to_string(group.tasks_count);
    const char* separator = ": ";
    for (std::size_t index = 0; index < std::min(logged_tasks_max, group.tasks.size()); ++index) {
        const live_task& one = group.tasks[index];
        line += separator + place_of(one.spawned_at) + " for " +
                std::to_string(ms_between(one.since, now)) + " ms";
        separator = ", ";
    }
    return line;
}

}  // namespace

task<std::string> coroutines_json(const observed& server) {
    const auto answers = co_await ask_trees(server);
    co_return shards_json(answers, write_tree);
}

task<std::string> trace_json(const observed& server) {
    std::function<shard_trace(std::size_t)> question = [&server](std::size_t index) {
        scheduler& on = server.shards[index].owner();
        return shard_trace{on.tasks().ring().noted(), on.tasks().ring().entries(), on.now()};
    };
    const auto answers = co_await ask_shards(server, std::move(question));
    co_return shards_json(answers, write_trace);
}

task<> log_coroutines(const observed& server, failure::logger log) {
    const auto answers = co_await ask_trees(server);
    for (std::size_t shard = 0; shard < answers.size(); ++shard) {
        const std::string name = "coroutines of shard " + std::to_string(shard);
        if (!answers[shard]) {
            log.warning(name + ": the shard does not answer");
            continue;
        }
        const live_tree& tree = answers[shard]->tree;
        log.info(name + ": " + std::to_string(tree.groups_count) + " groups have some");
        for (const live_group& group : tree.groups)
            log.info(line_about(shard, group, answers[shard]->now));
    }
}

}  // namespace clarion::app
