#include "core/engine/run_census.hpp"

#include <cstddef>
#include <string>

namespace clarion::engine {

void run_census::count(protocol::event_type type, std::int64_t seq, std::string_view delta) {
    if (first_seq_ == 0)
        first_seq_ = seq;
    last_seq_ = seq;
    ++counts_[static_cast<std::size_t>(type)];
    text_bytes_ += static_cast<std::int64_t>(delta.size());
    if (!delta.empty())
        text_.update(delta);
}

protocol::run_census run_census::result() const {
    protocol::run_census result;
    // "All zero and empty for a run that never began."
    if (first_seq_ == 0)
        return result;
    result.first_seq = first_seq_;
    result.last_seq = last_seq_;
    for (std::size_t type = 0; type < counts_.size(); ++type)
        if (counts_[type] > 0) {
            const auto& traits = protocol::traits_of(static_cast<protocol::event_type>(type));
            result.counts.emplace(traits.name, counts_[type]);
        }
    result.text_bytes = text_bytes_;
    result.text_sha256 = text_.hex();
    return result;
}

}  // namespace clarion::engine
