#include "net/http/router.hpp"

namespace clarion::http {

namespace {

bool fits(const route& candidate, std::string_view path) {
    const std::string_view pattern = candidate.path;
    if (!pattern.ends_with('*'))
        return pattern == path;
    return path.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

router::lookup router::find(std::string_view method, std::string_view path) const {
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    std::string allowed;
    for (const route& candidate : routes_) {
        if (!fits(candidate, path))
            continue;
        if (candidate.method == wanted)
            return &candidate;
        if (!allowed.empty())
            allowed += ", ";
        allowed += candidate.method == "GET" ? "GET, HEAD" : candidate.method;
    }
    if (allowed.empty())
        return unknown_path{};
    return unknown_method{std::move(allowed)};
}

}  // namespace clarion::http
