#pragma once

#include "core/async/task.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace clarion::ports {

/// What a URL led to.
struct web_page {
    std::string url;  ///< of the last redirect
    std::int64_t status = 0;
    std::string content_type;
    /// UTF-8.
    std::string text;
    /// There was more of it.
    bool is_cut = false;
};

/// The end of a sentence that begins with the URL.
struct web_refusal {
    std::string why;
};
using web_answer = std::variant<web_page, web_refusal>;

/// Pages of the hosts that an operator has allowed. Implemented in net/http.
class web {
public:
    web() = default;
    web(const web&) = delete;
    web& operator=(const web&) = delete;
    virtual ~web() = default;

    /// From any shard. Bounded in time and size. Throws operation_aborted when cancelled.
    virtual task<web_answer> get(std::string url) const = 0;
};

}  // namespace clarion::ports
