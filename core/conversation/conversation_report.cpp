// What an operator sees of a conversation.
#include "core/conversation/conversation.hpp"

namespace clarion::conversation {

using protocol::run_state;

namespace {

run_state state_of(const queued_run& run) {
    return run.running ? run.running->state() : run_state::queued;
}

}  // namespace

std::vector<run_report> conversation::runs() const {
    std::vector<run_report> all;
    for (const queued_run_ptr& run : queue_.line()) {
        if (!run->committed)
            continue;
        run_report& shown = all.emplace_back();
        shown.user_id = log_.key().user_id;
        shown.thread_id = log_.key().thread_id;
        shown.run_id = run->row.run_id;
        shown.agent = run->row.agent;
        shown.state = state_of(*run);
        const duration age = on_.owner().now() - run->accepted_at;
        shown.age_ms = std::chrono::duration_cast<milliseconds>(age).count();
        shown.seq = log_.head();
        if (run->running)
            for (const auto& [id, tool] : run->running->grammar().open_tools())
                shown.open_tools.push_back(tool.tool_name);
    }
    return all;
}

void conversation::count_runs(run_totals& into) const {
    for (const queued_run_ptr& run : queue_.line()) {
        if (!run->committed)
            continue;
        const run_state state = state_of(*run);
        if (state == run_state::queued)
            ++into.queued;
        else if (state == run_state::suspended)
            ++into.suspended;
        else
            ++into.running;
    }
}

}  // namespace clarion::conversation
