#pragma once

#include "core/trace/recording.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace clarion::trace {

/// What a recording tells of each coroutine, wherever in it: its name, who made it, who awaits it,
/// and its tag.
class coroutine_facts {
public:
    explicit coroutine_facts(const recording& of);

    struct facts {
        word name = 0;
        std::uint64_t maker = 0;
        std::uint64_t caller = 0;
        std::uint64_t tag = 0;
        /// Where the one that awaits it stands meanwhile.
        word awaited_at = 0;
    };
    /// All zero for one that is not known.
    const facts& of(std::uint64_t id) const;

    /// "session::serve#4097"; "#4097" for one without a name.
    std::string name_of(std::uint64_t id) const;

private:
    void take(const entry& each);

    const recording& of_;
    std::unordered_map<std::uint64_t, facts> all_;
};

}  // namespace clarion::trace
