#pragma once

#include "core/async/task.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::http {

/// Makes the answer, at once or after some waiting, on the connection's shard; called from every
/// shard, at the same time. The request outlives the answer. A coroutine here is a named function:
/// the lambda that calls it has no `co_` in it (STYLE C5).
using answer_at_once = std::function<response(const request&)>;
using answer_later = std::function<task<response>(const request&)>;

/// `guarded` routes are refused to foreign web pages and hosts (`refused_origin`).
enum class access : std::uint8_t { anyone, guarded };

struct route {
    std::string method;  ///< a GET route answers HEAD too
    std::string path;    ///< exact, or a prefix when it ends in '*'
    std::variant<answer_at_once, answer_later> answer;
    access open_to = access::anyone;
    /// 0: the route takes no body, and a request with one is refused (413).
    std::size_t body_bytes_max = 0;
    /// The media type that a body must have, otherwise 415; empty: any.
    std::string body_type = {};
};

/// Which routes there are. Made at the start, constant afterwards.
class router {
public:
    /// No route answers to `path` at all.
    struct unknown_path {};
    /// Other methods would be answered: the value of `Allow`.
    struct unknown_method {
        std::string allowed;
    };
    using lookup = std::variant<const route*, unknown_method, unknown_path>;

    router() = default;
    explicit router(std::vector<route> routes) : routes_(std::move(routes)) {}

    /// The first route that fits. The pointer lives as long as the router.
    [[nodiscard]] lookup find(std::string_view method, std::string_view path) const;

private:
    std::vector<route> routes_;
};

}  // namespace clarion::http
