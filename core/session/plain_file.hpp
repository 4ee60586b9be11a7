#pragma once

#include <cstddef>
#include <string>
#include <variant>

namespace clarion::session {

/// A sentence that says what is wrong with a file and what to do, without what it holds.
struct file_refused {
    std::string why;
};

/// What every user of the machine may do with a file.
enum class open_to_all { nothing, reading };

/// Reads a file that decides who may come in, up to one byte more than `bytes_max`, so that a
/// longer one can be told. Refuses what is no plain file, and what everybody on the machine may
/// write, or read with `open_to_all::nothing`. Blocks; at start-up and reloads only.
std::variant<std::string, file_refused>
read_plain_file(const std::string& path, std::size_t bytes_max, open_to_all allowed);

/// Overwrites a secret, so that it does not stay behind in memory that is given back.
void wipe(std::string& bytes);

}  // namespace clarion::session
