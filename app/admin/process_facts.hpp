#pragma once

#include <cstdint>

namespace clarion::app {

/// What the kernel says about this process; 0 where it says nothing.
struct process_facts {
    std::int64_t resident_bytes = 0;
    std::int64_t open_files = 0;
    /// The soft limit; 0 without one.
    std::int64_t open_files_max = 0;
    /// User and system time.
    double cpu_seconds = 0;
};

process_facts facts_of_process();

}  // namespace clarion::app
