#pragma once

#include <cstdint>
#include <filesystem>

namespace clarion::app {

/// The memory that there is for this process: the smallest of its cgroup's limit (v2 or v1), those
/// of the cgroups around it, and the machine's memory. 0 when nothing says. `root` stands for `/`.
std::int64_t memory_bytes_available(const std::filesystem::path& root = "/");

/// What `memory_bytes_max` comes to: itself, or three quarters of what is available when it is 0,
/// because the kernel ends a process that takes all.
std::int64_t memory_bound(std::int64_t memory_bytes_max, std::int64_t available);

}  // namespace clarion::app
