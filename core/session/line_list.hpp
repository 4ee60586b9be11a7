#pragma once

#include "core/async/executor.hpp"

#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace clarion::session {

/// One connection below its session, for whoever compares what should be with what is.
struct line_report {
    std::string connection_id;
    /// Empty before its handshake has found it.
    std::string user_id;
    /// Its reader and its writer that have not ended.
    std::size_t coroutines = 0;
    /// Nothing has been heard of the socket's end.
    bool is_open = true;
};

/// The lines of one shard; one a shard (`scheduler::own`). Every line is in it as long as it lives,
/// whatever has become of its session.
class line_list {
public:
    /// What a line is to the list.
    class place : public boost::intrusive::list_base_hook<> {
    public:
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        virtual line_report report() const = 0;

    protected:
        explicit place(const executor& on);
        ~place();

    private:
        friend class line_list;
        line_list& in_;
        std::size_t pumps_ = 0;
    };

    /// In the frame of each of a line's coroutines: there as long as that lives, whatever the
    /// line's own books say.
    class pump {
    public:
        explicit pump(place& of) : of_(of) {
            if (of_.pumps_++ == 0)
                ++of_.in_.live_lines_;
        }
        pump(const pump&) = delete;
        pump& operator=(const pump&) = delete;
        ~pump() {
            if (--of_.pumps_ == 0)
                --of_.in_.live_lines_;
        }

    private:
        place& of_;
    };

    std::size_t size() const { return places_.size(); }
    /// Those with a coroutine that has begun and not ended.
    std::size_t live_lines() const { return live_lines_; }
    /// Oldest first.
    std::vector<line_report> reports() const;

private:
    boost::intrusive::list<place> places_;
    std::size_t live_lines_ = 0;
};

}  // namespace clarion::session
