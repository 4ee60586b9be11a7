#include "core/async/source_place.hpp"

#include <array>
#include <string_view>

namespace clarion {

namespace {

constexpr std::array<std::string_view, 5> tops{"core/", "net/", "app/", "tests/", "tools/"};

// The last folder that is a top one begins the path; a path without one keeps its file name alone.
std::string_view from_root(std::string_view path) {
    std::size_t begins = std::string_view::npos;
    for (const std::string_view top : tops) {
        if (path.starts_with(top))
            return path;
        const std::size_t found = path.find("/" + std::string(top));
        if (found < begins)
            begins = found;
    }
    if (begins == std::string_view::npos)
        begins = path.rfind('/');
    return begins == std::string_view::npos ? path : path.substr(begins + 1);
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
