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
        line_list& in_;
    };

    std::size_t size() const { return places_.size(); }
    /// Oldest first.
    std::vector<line_report> reports() const;

private:
    boost::intrusive::list<place> places_;
};

}  // namespace clarion::session
