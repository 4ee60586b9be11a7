#include "core/session/line_list.hpp"

#include "core/session/line.hpp"

namespace clarion::session {

void line_list::add(line& made) {
    lines_.push_back(made);
}

void line_list::remove(line& ended) {
    lines_.erase(lines_.iterator_to(ended));
}

std::vector<line_report> line_list::reports() const {
    std::vector<line_report> all;
    all.reserve(lines_.size());
    for (const hook& one : lines_)
        all.push_back(static_cast<const line&>(one).report());
    return all;
}

}  // namespace clarion::session
