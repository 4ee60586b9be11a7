#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace clarion::app {

/// A file that was compiled into the binary.
struct embedded_file {
    std::string_view name;
    const unsigned char* bytes;
    std::size_t size;
};

/// The chat page (app/web).
std::span<const embedded_file> web_files();

}  // namespace clarion::app
