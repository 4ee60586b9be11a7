#include "app/admin/debug_pages.hpp"
#include "app/admin/json_list.hpp"
#include "app/admin/snapshot.hpp"
#include "core/engine/work_list.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

namespace clarion::app {

namespace {

struct straggler_report {
    engine::straggler about;
    std::int64_t age_ms = 0;
};

struct shard_runs {
    conversation::run_totals totals;
    std::vector<conversation::run_report> runs;
    std::vector<straggler_report> stragglers;
};

shard_runs runs_of(const observed& server, std::size_t index) {
    scheduler& on = server.shards[index].owner();
    const conversation::conversations& home = *server.homes[index];
    shard_runs found{home.count_runs(), home.runs(listed_max), {}};
    for (const engine::straggler& one : on.own<engine::work_list>().stragglers()) {
        const auto age = std::chrono::duration_cast<milliseconds>(on.now() - one.since);
        found.stragglers.push_back({one, age.count()});
    }
    return found;
}

void write_run(protocol::object_writer& object, const conversation::run_report& one) {
    object("user_id", one.user_id);
    object("thread_id", one.thread_id);
    object("run_id", one.run_id);
    object("agent", one.agent);
    object("state", one.state);
    object("age_ms", one.age_ms);
    object("open_tools", one.open_tools);
    object("seq", one.seq);
}

void write_straggler(protocol::object_writer& object, const straggler_report& one) {
    object("user_id", one.about.scope->key.user_id);
    object("thread_id", one.about.scope->key.thread_id);
    object("run_id", one.about.scope->run_id);
    object("what", one.about.what);
    object("age_ms", one.age_ms);
}

template <class T>
void move_some(std::vector<T>& from, std::vector<T>& to) {
    const std::size_t room = listed_max - std::min(listed_max, to.size());
    const auto count = static_cast<std::ptrdiff_t>(std::min(room, from.size()));
    std::move(from.begin(), from.begin() + count, std::back_inserter(to));
}

}  // namespace

task<std::string> runs_json(const observed& server) {
    std::function<shard_runs(std::size_t)> question = [&server](std::size_t index) {
        return runs_of(server, index);
    };
    auto answers = co_await ask_shards(server, std::move(question));
    shard_runs all;
    std::size_t stragglers = 0;
    std::vector<std::size_t> silent;
    for (std::size_t shard = 0; shard < answers.size(); ++shard) {
        if (!answers[shard]) {
            silent.push_back(shard);
            continue;
        }
        all.totals.running += answers[shard]->totals.running;
        all.totals.queued += answers[shard]->totals.queued;
        all.totals.suspended += answers[shard]->totals.suspended;
        stragglers += answers[shard]->stragglers.size();
        move_some(answers[shard]->runs, all.runs);
        move_some(answers[shard]->stragglers, all.stragglers);
    }
    std::string out;
    protocol::object_writer page(out);
    page("running_count", all.totals.running);
    page("queued_count", all.totals.queued);
    page("suspended_count", all.totals.suspended);
    page("stragglers_count", stragglers);
    page("runs", json_list(all.runs, write_run));
    page("stragglers", json_list(all.stragglers, write_straggler));
    page("shards_silent", silent);
    page.end();
    co_return out;
}

}  // namespace clarion::app
