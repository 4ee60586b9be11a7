#pragma once

#include "core/async/executor.hpp"
#include "core/engine/request_scope.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace clarion::engine {

/// What goes on although its run does not wait for it any more: an agent after a cancel, a tool
/// after its time-out.
struct straggler {
    request_scope_ptr scope;
    std::string what;
    /// When it began.
    time_point since;
};

/// The agents and tool calls of one shard that have begun and not ended; one a shard
/// (`scheduler::own`).
class work_list {
public:
    /// One of them, listed as long as this object stands in its coroutine.
    class place : public boost::intrusive::list_base_hook<> {
    public:
        /// `given_up` becomes true when nobody waits any more; it outlives the place.
        place(const executor& on, request_scope_ptr scope, std::string what, const bool& given_up)
            : in_(on.owner().own<work_list>()),
              about_{std::move(scope), std::move(what), on.owner().now()},
              given_up_(given_up) {
            in_.places_.push_back(*this);
        }
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place() { in_.places_.erase(in_.places_.iterator_to(*this)); }

    private:
        friend class work_list;
        work_list& in_;
        straggler about_;
        const bool& given_up_;
    };

    /// Oldest first.
    std::vector<straggler> stragglers() const {
        std::vector<straggler> found;
        for (const place& one : places_)
            if (one.given_up_)
                found.push_back(one.about_);
        return found;
    }

private:
    boost::intrusive::list<place> places_;
};

}  // namespace clarion::engine
