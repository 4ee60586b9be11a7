#pragma once

#include "core/async/executor.hpp"
#include "core/async/timer_queue.hpp"
#include "core/protocol/ids.hpp"

#include <functional>
#include <map>
#include <memory>

namespace clarion::conversation {

class conversation;

/// A thread is announced at most this often; its last state always is.
inline constexpr duration notice_interval = std::chrono::milliseconds(250);

/// Tells of changed threads without flooding: the first change goes out at once, what follows
/// within the interval at its end, as the thread stands then. A timer lives for an interval behind
/// an announcement, so that idle threads have none. The shard only.
class change_notices {
public:
    using announce = std::function<void(const conversation&)>;

    change_notices(executor on, announce tell);
    change_notices(const change_notices&) = delete;
    change_notices& operator=(const change_notices&) = delete;
    ~change_notices();

    /// Keeps the thread alive until it has been announced.
    void note(std::shared_ptr<const conversation> changed);
    /// What is still to be told of a thread is told no more.
    void forget(const protocol::thread_key& key);
    void clear();

private:
    class interval;
    void ended(interval& one);

    executor on_;
    announce tell_;
    std::map<protocol::thread_key, std::unique_ptr<interval>> intervals_;
};

}  // namespace clarion::conversation
