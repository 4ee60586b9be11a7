#include "core/session/line_list.hpp"

namespace clarion::session {

line_list::place::place(const executor& on) : in_(on.owner().own<line_list>()) {
    in_.places_.push_back(*this);
}

line_list::place::~place() {
    in_.places_.erase(in_.places_.iterator_to(*this));
}

std::vector<line_report> line_list::reports() const {
    std::vector<line_report> all;
    all.reserve(places_.size());
    for (const place& one : places_)
        all.push_back(one.report());
    return all;
}

}  // namespace clarion::session
