#include "core/engine/run_census.hpp"

namespace clarion::engine {

void run_census::count(protocol::event_type type, std::int64_t seq, std::string_view delta) {
    if (counted_.first_seq == 0)
        counted_.first_seq = seq;
    counted_.last_seq = seq;
    ++counted_.counts[std::string(protocol::traits_of(type).name)];
    counted_.text_bytes += static_cast<std::int64_t>(delta.size());
    if (!delta.empty())
        text_.update(delta);
}

protocol::run_census run_census::result() const {
    protocol::run_census result = counted_;
    // "All zero and empty for a run that never began."
    if (result.first_seq != 0)
        result.text_sha256 = text_.hex();
    return result;
}

}  // namespace clarion::engine
