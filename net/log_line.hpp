#pragma once

#include <functional>
#include <string_view>

namespace clarion::net {

/// Where net's few lines for the operator go. Called from every shard, at the same time.
using log_line = std::function<void(std::string_view)>;

}  // namespace clarion::net
