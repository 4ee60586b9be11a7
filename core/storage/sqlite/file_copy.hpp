#pragma once

#include "core/storage/sqlite/connection.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace clarion::storage::sqlite {

/// Makes the database `to` a copy of `from` as it is at one moment, whoever writes meanwhile, then
/// lets `change` have it, and only then gives it its name: under any name there is a whole,
/// durable database or none. A file of that name is never overwritten. Mode 0600. Blocks, until
/// `stop` at most. The string says what could not be done.
std::optional<std::string> copy_database(
    const std::filesystem::path& from,
    const std::filesystem::path& to,
    const std::function<void(connection&)>& change,
    const std::stop_token& stop
);

}  // namespace clarion::storage::sqlite
