// What a run's journal knows of an agent that says nothing, or waits for a person.
#include "core/engine/run_journal.hpp"
#include "core/protocol/payload_text.hpp"

#include <utility>

namespace clarion::engine {

using namespace protocol;

time_point run_journal::heard_at() const {
    return emits_waiting_ > 0 || text_in_flight_ ? on_.owner().now() : heard_at_;
}

void run_journal::tell_progress(std::string message) {
    progress_update told;
    told.message = std::move(message);
    const payload event = std::move(told);
    if (revoked_ || refused_ || in_flight_ > 0 || grammar_.check(event))
        return;
    run_batch batch;
    std::string text = add_gathered_text(batch);
    batch.events.push_back(uncommitted(event));
    grammar_.apply(event);
    submit(std::move(batch), std::move(text), [](const batch_verdict&) {});
}

// The run's row changes with the append that suspends the run or lets it go on.
void run_journal::note_suspension(run_batch& batch) {
    const bool waits = at_work_ == 0 && !grammar_.open_approvals().empty();
    if (waits == suspended())
        return;
    batch.state = waits ? run_state::suspended : run_state::running;
    if (waits) {
        suspended_since_ = clock().now();
    } else {
        suspended_time_ += clock().now() - *suspended_since_;
        suspended_since_.reset();
    }
    if (on_suspension)
        on_suspension();
}

duration run_journal::suspended_time() const {
    if (!suspended_since_)
        return suspended_time_;
    return suspended_time_ + (clock().now() - *suspended_since_);
}

}  // namespace clarion::engine
