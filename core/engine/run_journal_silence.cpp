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

}  // namespace clarion::engine
