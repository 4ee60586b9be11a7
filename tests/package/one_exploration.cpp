// Coroutines of another project under explored schedules: tracer and explorer, nothing of the chat.
#include "core/async/ask.hpp"
#include "core/async/task_group.hpp"
#include "core/sim/explore.hpp"

#include <cstdio>

namespace {

using namespace clarion;

task<> nothing() {
    co_return;
}

task<> add_one(int& to, executor elsewhere) {
    const int before = to;
    co_await ask(elsewhere, nothing());
    to = before + 1;
}

// Two that read, wait and write: a count is lost unless the schedule keeps them apart.
sim::played play(sim::world& in) {
    int sum = 0;
    const executor elsewhere = in.add_shard();
    task_group both(in.add_shard());
    both.spawn(add_one(sum, elsewhere));
    both.spawn(add_one(sum, elsewhere));
    in.run();
    sim::played made;
    if (sum != 2)
        made.broken.emplace_back("a count was lost");
    return made;
}

}  // namespace

int main() {
    const sim::scenario counting{"counting", "two counters", play};
    const sim::explored sums = sim::explore(counting, {});
    if (!sums.found)
        return 1;
    std::printf("found after %u schedules\n", static_cast<unsigned>(sums.found->after));
    return 0;
}
