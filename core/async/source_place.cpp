#include "core/async/source_place.hpp"

#include <string_view>

namespace clarion {

namespace {

// This file's own path, as the build called it, tells where the root is.
std::string_view root() {
    constexpr std::string_view here = "core/async/source_place.cpp";
    std::string_view path = std::source_location::current().file_name();
    path.remove_suffix(path.ends_with(here) ? here.size() : path.size());
    return path;
}

// A file that the build called otherwise keeps its name alone.
std::string_view from_root(std::string_view path) {
    const bool is_below = path.starts_with(root()) && !(root().empty() && path.starts_with('/'));
    if (is_below)
        return path.substr(root().size());
    return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string place_of(const std::source_location& at) {
    return std::string(from_root(at.file_name())) + ':' + std::to_string(at.line());
}

std::string function_of(const std::source_location& at) {
    std::string_view name = at.function_name();
    name = name.substr(0, name.find('('));
    const std::size_t type_ends = name.rfind(' ');
    return std::string(type_ends == std::string_view::npos ? name : name.substr(type_ends + 1));
}

}  // namespace clarion
