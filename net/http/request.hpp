#pragma once

#include "net/http/header_fields.hpp"
#include "net/http/query.hpp"

#include <cstdint>
#include <string>

namespace clarion::http {

enum class version : std::uint8_t { http_1_0, http_1_1 };

/// Whether the connection is to be used again.
enum class connection_after : std::uint8_t { kept, closed };

/// One request, whole.
struct request {
    std::string method;
    std::string target;  ///< as sent: begins with '/', or is "*"
    std::string path;    ///< the target up to '?', not decoded: routes are compared byte by byte
    query_map query;
    version spoken = version::http_1_1;
    connection_after wanted = connection_after::kept;
    header_fields headers;
    std::string body;
};

}  // namespace clarion::http
