#pragma once

#include "core/trace/live_frame.hpp"
#include "core/trace/words.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace clarion::trace {

/// A live coroutine at one moment.
struct tree_frame {
    std::uint64_t id = 0;
    /// Who made it; 0: no coroutine did.
    std::uint64_t parent_id = 0;
    /// Who awaits it; 0: nobody, it was spawned, or has not been awaited yet.
    std::uint64_t caller_id = 0;
    std::uint64_t tag = 0;
    std::uint64_t made_ns = 0;
    /// When it was suspended, or its turn began.
    std::uint64_t since_ns = 0;
    std::uint32_t turns = 0;
    std::uint32_t thread = 0;
    frame_state state{};
    word name = 0;       ///< given to it, or its function's
    word place = 0;      ///< of the `co_await` it is suspended at; of its end before the first one
    word operation = 0;  ///< what it is parked on
};

struct label_words {
    word kind = 0;
    word text = 0;
};

/// All live coroutines of the process.
struct live_tree {
    std::uint64_t taken_ns = 0;
    word_table words;
    /// By tag.
    std::map<std::uint64_t, label_words> labels;
    /// By id.
    std::vector<tree_frame> frames;

    /// "run r_42"; empty for 0 and what is not known any more.
    std::string label_of(std::uint64_t tag) const;
    /// Null when there is none.
    const tree_frame* find(std::uint64_t id) const;
};

/// From any thread, also while the others run: nobody waits for it, nor does it for anybody, hung
/// threads included. A coroutine that changes hands just then is seen before or after.
live_tree take_tree();

/// How many there are.
std::size_t count_live_frames();

}  // namespace clarion::trace
