#pragma once

#include "core/trace/live_tree.hpp"
#include "core/trace/ring.hpp"
#include "core/trace/words.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace clarion::trace {

/// A record that no longer needs the program: its texts are words.
struct entry {
    std::uint64_t at_ns = 0;
    event what{};
    std::uint32_t thread = 0;
    std::uint64_t subject = 0;
    std::uint64_t other = 0;
    std::uint64_t key = 0;
    word place = 0;
    /// The function that `place` is in.
    word function = 0;
    /// The operation, the type or the text, by `what`; of `called` and `passed` the co_await of the
    /// caller.
    word text = 0;
};

struct recorded_thread {
    std::uint32_t number = 0;
    word name = 0;
    /// So many older records were overwritten: the window of this thread is incomplete.
    std::uint64_t lost = 0;
    /// Of its oldest record that is left.
    std::uint64_t first_ns = 0;
};

/// What the threads' rings held, with the coroutines alive at the end.
struct recording {
    /// Of the program that wrote it.
    std::string build;
    /// Unix time of `tree.taken_ns`, in milliseconds; 0 when it is not known.
    std::int64_t wall_ms = 0;
    /// Its words are those of the entries too.
    live_tree tree;
    std::vector<recorded_thread> threads;
    /// By time; of one thread in the order written.
    std::vector<entry> entries;

    bool is_complete() const;
    /// From when on every thread's records are there.
    std::uint64_t complete_from_ns() const;
    const std::string& text(word of) const { return tree.words[of]; }
};

/// What is in the rings now, of at most the last `window_ns`. Any thread.
recording take_recording(std::uint64_t window_ns = ~std::uint64_t{0});

/// "window incomplete: thread 2 (shard 1) lost 512 records before …", a line for each such thread.
std::vector<std::string> gap_lines(const recording& of);

/// The identity of the running program: its linker's build id, in hex, or "unknown".
std::string program_build_id();

}  // namespace clarion::trace
