#pragma once

#include "core/ports/history.hpp"
#include "core/protocol/ids.hpp"
#include "core/storage/event_log.hpp"

#include <cstdint>
#include <string>

namespace clarion::conversation {

/// A run's view of its thread's past, read from the log. Outlives the conversation it came from,
/// for as long as a straggling tool holds it.
class thread_history final : public ports::history {
public:
    /// What exists for the run: messages below `before_seq` of runs that have ended below it, but
    /// for those that were rolled back (PROTOCOL §3).
    thread_history(
        storage::event_log& log,
        protocol::thread_key key,
        std::string epoch,
        std::int64_t before_seq
    );

    task<ports::history_result> search(std::string text, std::size_t messages_max) override;
    task<ports::history_result> newest(std::size_t messages_max) override;

private:
    storage::event_log& log_;
    protocol::thread_key key_;
    std::string epoch_;
    std::int64_t before_seq_;
};

}  // namespace clarion::conversation
